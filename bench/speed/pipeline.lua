-- Sends requests in batches of args[1], as one write.
local batch

init = function(args)
  local one = {}
  for i = 1, tonumber(args[1]) do
    one[i] = wrk.format()
  end
  batch = table.concat(one)
end

request = function()
  return batch
end
