-- The cancel of an export job as one script: the job moves if it may, the answer is kept under its
-- key, and the event is written; or nothing of it.
--
-- KEYS: the job, the answer under its key, the stream of events. ARGV: the fingerprint of the
-- request, the job's id.
local kept = redis.call('HMGET', KEYS[2], 'fingerprint', 'answer')
if kept[1] then
  if kept[1] == ARGV[1] then
    return kept[2]
  end
  return redis.error_reply('MISMATCH the key was used for another request')
end
local job = redis.call('HMGET', KEYS[1], 'status', 'reportType', 'format', 'recordsWritten',
  'bytesWritten', 'createdAt', 'expiresAt')
if not job[1] then
  return redis.error_reply('UNKNOWN no such job')
end
if job[1] ~= 'QUEUED' and job[1] ~= 'RUNNING' then
  return redis.error_reply('ENDED the job is already in a terminal state')
end
local now = redis.call('TIME')[1]
redis.call('HSET', KEYS[1], 'status', 'CANCELED', 'finishedAt', now)
redis.call('XADD', KEYS[3], '*', 'job', ARGV[2], 'type', 'export_job.canceled')
local answer = '{"id":"' .. ARGV[2] .. '","reportType":"' .. job[2] .. '","format":"' .. job[3] ..
  '","status":"CANCELED","recordsWritten":' .. job[4] .. ',"bytesWritten":' .. job[5] ..
  ',"createdAt":' .. job[6] .. ',"finishedAt":' .. now .. ',"expiresAt":' .. job[7] .. '}'
redis.call('HSET', KEYS[2], 'fingerprint', ARGV[1], 'answer', answer)
redis.call('EXPIRE', KEYS[2], 604800)
return answer
