#!/usr/bin/env bash
# The main session, on real input: load a month of transactions, export them, cancel an export while
# it runs; hold money for a transfer, cancel it and get the money back; run a file of operations and
# cancel it in the middle; kill the server, start it again and find every answer still true. Prints each command as you would type it, and what really
# came back; ends at the first surprise.
#
# usage: session.sh [--once] PROGRAM
#
# PROGRAM is the belay binary. Afterwards the server runs on in the foreground, or with --once is
# stopped. Its data stay in build/session-data until the next run.
set -euo pipefail

once=0
if [[ ${1:-} == --once ]]; then
  once=1
  shift
fi
(($# == 1)) || { echo "usage: session.sh [--once] PROGRAM" >&2; exit 2; }
belay=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

data=build/session-data
work=build/session-work
rm -rf "$data" "$work"
mkdir -p "$work"

# The first free port from 8080 on.
port=8080
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
listen=127.0.0.1:$port
server=http://$listen
pid=""
org=0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b
token=""
admin=""

fail() {
  echo "session: $*" >&2
  if [[ -s $work/server.log ]]; then tail -n 20 "$work/server.log" >&2; fi
  exit 1
}

kill_server() {
  if [[ -n $pid ]]; then kill -9 "$pid" 2>/dev/null || true; fi
}
trap kill_server EXIT

chapter() { printf '\n\033[1m# %s\033[0m\n' "$*"; }

# Shows a command as it is written, with its variables, then runs it.
show() {
  printf '\n$ %s\n' "$1"
  eval "$1" || fail "this command failed"
}

# start OPTION…: starts the server and waits until it is ready.
start() {
  printf '\n$ belay serve --data %s --listen %s %s &\n' "$data" "$listen" "$*"
  "$belay" serve --data "$data" --listen "$listen" "$@" >>"$work/server.log" 2>&1 &
  pid=$!
  local tries
  for ((tries = 0; tries < 300; ++tries)); do
    if curl -sf -o "$work/ready" "$server/health/ready"; then return; fi
    kill -0 "$pid" 2>/dev/null || fail "the server ended while starting"
    sleep 0.1
  done
  fail "the server is not ready after 30 s"
}

# stop SIGNAL EXPECTED_STATUS
stop() {
  local status=0
  kill "-$1" "$pid"
  wait "$pid" 2>/dev/null || status=$?
  pid=""
  ((status == $2)) || fail "the server ended with $status after SIG$1, not with $2"
}

job_field() {
  curl -sf -H "Authorization: Bearer $token" "$server/v1/export-jobs/$job" | jq -r ".$1"
}

# wait_status WANTED: polls the job until it has this status.
wait_status() {
  local status tries
  for ((tries = 0; tries < 600; ++tries)); do
    status=$(job_field status)
    if [[ $status == "$1" ]]; then return; fi
    [[ $status == QUEUED || $status == RUNNING ]] || fail "the job is $status, not $1"
    sleep 0.1
  done
  fail "the job is still $status after 60 s, not $1"
}

# wait_progress: polls the running job until it has written rows.
wait_progress() {
  local tries
  for ((tries = 0; tries < 100; ++tries)); do
    if [[ $(job_field recordsWritten) != 0 ]]; then return; fi
    sleep 0.1
  done
  fail "the job has written nothing after 10 s"
}

# wait_batch WANTED: polls the batch job until it has this status; its answer is left in batch_now.
wait_batch() {
  local status tries
  for ((tries = 0; tries < 600; ++tries)); do
    curl -sf "${stripe[@]}" -o "$work/batch_now" "$server/v2/core/batch_jobs/$batch"
    status=$(jq -r .status "$work/batch_now")
    if [[ $status == "$1" ]]; then return; fi
    [[ $status =~ ^(validating|in_progress|cancelling)$ ]] || fail "the batch job is $status, not $1"
    sleep 0.1
  done
  fail "the batch job is still $status after 60 s, not $1"
}

# wait_rows: polls the running batch job until some of its rows have their answer.
wait_rows() {
  local tries
  for ((tries = 0; tries < 100; ++tries)); do
    wait_batch in_progress
    if [[ $(jq -r .status_details.in_progress.success_count "$work/batch_now") != 0 ]]; then return; fi
    sleep 0.1
  done
  fail "no row of the batch job has its answer after 10 s"
}

# replayed FILE yes|no: what the headers of an answer say.
replayed() {
  grep -qi "^x-idempotency-replayed: $2" "$1" || fail "the answer's X-Idempotency-Replayed is not $2"
}

# The commands below are shown before their variables are put in, and use them when they are run.
# shellcheck disable=SC2016,SC2034
{
  chapter "Start the server: one process, its own store"
  start

  chapter "A token"
  show 'token=$("$belay" token --tenant "$org" --subject anna \
    --secret-file "$data/jwt.secret"); echo "${token:0:24}…"'

  chapter "A context with a month of transactions"
  show 'curl -sS -H "Authorization: Bearer $token" -H "Content-Type: application/json" \
    -d '\''{"name":"November close"}'\'' "$server/v1/contexts" | tee "$work/context"; echo'
  context=$(jq -re .id "$work/context") || fail "no context was made"
  show 'curl -sS -X PUT -H "Authorization: Bearer $token" -H "Content-Type: text/csv" \
    --data-binary @examples/transactions.csv "$server/v1/contexts/$context/transactions" | tee "$work/rows"; echo'
  sent=$(($(wc -l <examples/transactions.csv) - 1))
  [[ $(jq -r .rows "$work/rows") == "$sent" ]] || fail "not all $sent rows were taken"

  chapter "Export the matched ones"
  body='{"reportType":"MATCHED","format":"CSV","dateFrom":"2026-10-22","dateTo":"2026-11-21"}'
  show 'curl -sS -H "Authorization: Bearer $token" -H "Content-Type: application/json" \
    -d "$body" "$server/v1/contexts/$context/export-jobs" | tee "$work/job"; echo'
  job=$(jq -re .jobId "$work/job") || fail "no job was made"
  wait_status SUCCEEDED
  show 'curl -sS -H "Authorization: Bearer $token" "$server/v1/export-jobs/$job"; echo'
  show 'curl -sS -H "Authorization: Bearer $token" "$server/v1/export-jobs/$job/download" | tee "$work/download"; echo'
  url=$(jq -re .downloadUrl "$work/download") || fail "no download URL"
  show 'curl -sS -o "$work/report.csv" "$url"; head -n 4 "$work/report.csv"; sha256sum "$work/report.csv"'
  [[ $(sha256sum <"$work/report.csv") == "$(jq -r .sha256 "$work/download")"* ]] ||
    fail "the file is not what the job says it is"

  chapter "Stop the server as an operator does, and start it with slow workers"
  printf '\n$ kill -TERM %s\n' "$pid"
  stop TERM 0
  start --set exports.rows_per_second=300 --set rail.submit_delay=1h

  chapter "Cancel an export while it runs"
  show 'curl -sS -H "Authorization: Bearer $token" -H "Content-Type: application/json" \
    -d "$body" "$server/v1/contexts/$context/export-jobs" | tee "$work/job"; echo'
  job=$(jq -re .jobId "$work/job") || fail "no job was made"
  wait_status RUNNING
  wait_progress
  show 'curl -sS -H "Authorization: Bearer $token" "$server/v1/export-jobs/$job"; echo'
  show 'curl -sS -X POST -D "$work/head1" -o "$work/body1" -H "Authorization: Bearer $token" \
    -H "X-Idempotency-Key: cancel-november" "$server/v1/export-jobs/$job/cancel"; cat "$work/head1" "$work/body1"; echo'
  [[ $(jq -r .status "$work/body1") == CANCELED ]] || fail "the cancel was not answered CANCELED"
  replayed "$work/head1" false
  show 'curl -sS -X POST -D "$work/head2" -o "$work/body2" -H "Authorization: Bearer $token" \
    -H "X-Idempotency-Key: cancel-november" "$server/v1/export-jobs/$job/cancel"; grep -i replayed "$work/head2"; cmp "$work/body1" "$work/body2" && echo "the same bytes"'
  replayed "$work/head2" true

  chapter "An account with money on it"
  show 'admin=$("$belay" token --tenant "$org" --subject root --scope "admin transfers:read transfers:write batches:read batches:write" \
    --secret-file "$data/jwt.secret")'
  show 'curl -sS -H "Authorization: Bearer $admin" "$server/v1/organizations/$org/ledgers" | tee "$work/ledgers"; echo'
  ledger=$server/v1/organizations/$org/ledgers/$(jq -re '.items[0].id' "$work/ledgers") || fail "no ledger"
  show 'curl -sS -H "Authorization: Bearer $admin" -H "Content-Type: application/json" \
    -d '\''{"name":"Anna","alias":"@anna","assetCode":"BRL","type":"deposit"}'\'' "$ledger/accounts" | tee "$work/account"; echo'
  account=$(jq -re .id "$work/account") || fail "no account was made"
  show 'curl -sS -o "$work/inflow" -w "%{http_code}\n" -H "Authorization: Bearer $admin" -H "Content-Type: application/json" \
    -d '\''{"send":{"asset":"BRL","value":"1500.00","distribute":{"to":[{"accountAlias":"@anna","amount":{"asset":"BRL","value":"1500.00"}}]}}}'\'' \
    "$ledger/transactions/inflow"'
  balance() { curl -sf -H "Authorization: Bearer $admin" "$ledger/accounts/$account/balances" | jq -c '.items[0] | {available, onHold}'; }
  show 'balance'
  [[ $(balance) == '{"available":"1500.00","onHold":"0.00"}' ]] || fail "the account does not have 1500.00"

  chapter "A transfer: the money is on hold as soon as it is confirmed"
  transfer_headers=(-H "Authorization: Bearer $admin" -H "X-Organization-Id: $org" -H "Content-Type: application/json")
  show 'curl -sS "${transfer_headers[@]}" -H "X-Idempotency: initiate-1" \
    -d "{\"senderAccountId\":\"$account\",\"amount\":1000.50,\"purpose\":\"10\",\"recipient\":{\"ispb\":\"60701190\",\"branch\":\"0001\",\"account\":\"1234567890\",\"accountType\":\"CACC\",\"holderName\":\"Bruno\",\"holderDocument\":\"12345678909\"}}" \
    "$server/v1/transfers/initiate" | tee "$work/initiation"; echo'
  initiation=$(jq -re .initiationId "$work/initiation") || fail "no initiation was made"
  show 'curl -sS "${transfer_headers[@]}" -H "X-Idempotency: process-1" -d "{\"initiationId\":\"$initiation\"}" \
    "$server/v1/transfers/process" | tee "$work/transfer"; echo'
  transfer=$(jq -re .transferId "$work/transfer") || fail "no transfer was made"
  show 'balance'
  [[ $(balance) == '{"available":"499.50","onHold":"1000.50"}' ]] || fail "the money is not on hold"

  chapter "Cancel it: the money is back in the same log record"
  show 'curl -sS "${transfer_headers[@]}" -H "X-Idempotency: cancel-1" -d '\''{"reason":"wrong account"}'\'' \
    "$server/v1/transfers/$transfer/cancel" | tee "$work/cancel1"; echo'
  [[ $(jq -r .status "$work/cancel1") == CANCELLED ]] || fail "the transfer was not cancelled"
  show 'balance'
  [[ $(balance) == '{"available":"1500.00","onHold":"0.00"}' ]] || fail "the hold was not released"

  chapter "A file of operations: 1,000 transfers to be initiated, 50 a second"
  for ((row = 1; row <= 1000; ++row)); do
    printf '{"id":"row_%d","params":{"senderAccountId":"%s","amount":%d.%02d,"purpose":"10","recipient":{"ispb":"60701190","branch":"0001","account":"1234567890","accountType":"CACC","holderName":"Bruno","holderDocument":"12345678909"}}}\n' \
      "$row" "$account" $((row / 100)) $((row % 100))
  done >"$work/rows.jsonl"
  stripe=(-H "Authorization: Bearer $admin" -H "Stripe-Version: 2026-05-27.preview" -H "Content-Type: application/json")
  show 'curl -sS "${stripe[@]}" -d '\''{"endpoint":{"path":"/v1/transfers/initiate","http_method":"post"},"maximum_rps":50,"metadata":{}}'\'' \
    "$server/v2/core/batch_jobs" | tee "$work/batch"; echo'
  batch=$(jq -re .id "$work/batch") || fail "no batch job was made"
  upload=$(jq -re .status_details.ready_for_upload.upload_url.url "$work/batch") || fail "no upload URL"
  show 'curl -sS -o "$work/uploaded" -w "%{http_code}\n" -T "$work/rows.jsonl" -H "Content-Type: application/jsonlines" "$upload"'
  wait_rows
  show 'curl -sS "${stripe[@]}" "$server/v2/core/batch_jobs/$batch"; echo'

  chapter "Cancel it in the middle: no further row runs"
  show 'curl -sS -X POST "${stripe[@]}" -H "Idempotency-Key: cancel-batch" "$server/v2/core/batch_jobs/$batch/cancel" -d "{}"; echo'
  wait_batch canceled
  cp "$work/batch_now" "$work/batch_canceled"
  show 'jq -c "{status, rows: (.status_details.canceled | {success_count, failure_count})}" "$work/batch_now"'
  results=$(jq -re .status_details.canceled.output_file.download_url.url "$work/batch_now") || fail "no results"
  show 'curl -sS -o "$work/results.jsonl" "$results"; head -n 1 "$work/results.jsonl"; wc -l <"$work/results.jsonl"'
  [[ $(wc -l <"$work/results.jsonl") == "$(jq -r '.status_details.canceled | (.success_count | tonumber) + (.failure_count | tonumber)' "$work/batch_now")" ]] ||
    fail "the results are not as many as the job says"

  chapter "Kill the server, start it again: every answer is still true"
  printf '\n$ kill -9 %s\n' "$pid"
  stop KILL 137
  start
  show 'curl -sS -H "Authorization: Bearer $token" "$server/v1/export-jobs/$job" | tee "$work/after"; echo'
  [[ $(jq -r .status "$work/after") == CANCELED ]] || fail "the job did not stay CANCELED"
  show 'curl -sS -X POST -D "$work/head3" -o "$work/body3" -H "Authorization: Bearer $token" \
    -H "X-Idempotency-Key: cancel-november" "$server/v1/export-jobs/$job/cancel"; grep -i replayed "$work/head3"; cmp "$work/body1" "$work/body3" && echo "the same bytes"'
  replayed "$work/head3" true
  show 'curl -sS "${transfer_headers[@]}" -H "X-Idempotency: cancel-1" -d '\''{"reason":"wrong account"}'\'' \
    -o "$work/cancel2" "$server/v1/transfers/$transfer/cancel"; cmp "$work/cancel1" "$work/cancel2" && echo "the same bytes"'
  show 'balance'
  [[ $(balance) == '{"available":"1500.00","onHold":"0.00"}' ]] || fail "the balance is not what it was"
  wait_batch canceled
  show 'jq -c "{status, rows: (.status_details.canceled | {success_count, failure_count})}" "$work/batch_now"'
  for count in success_count failure_count; do
    [[ $(jq ".status_details.canceled.$count" "$work/batch_now") == $(jq ".status_details.canceled.$count" "$work/batch_canceled") ]] ||
      fail "the batch job's $count is not what it was"
  done
}

chapter "Stop"
printf '\n$ kill -TERM %s\n' "$pid"
stop TERM 0
echo "the server ended with 0"
if ((once)); then
  exit 0
fi
trap - EXIT
chapter "The server again, now in the foreground; Ctrl-C stops it"
# shellcheck disable=SC2016
printf '\nIn another terminal:\n$ server=%s\n$ token=$(%s token --tenant %s --subject anna --secret-file %s)\n\n' \
  "$server" "${belay#"$PWD/"}" "$org" "$data/jwt.secret"
exec "$belay" serve --data "$data" --listen "$listen"
