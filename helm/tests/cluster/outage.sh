# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: a utility that dies, hangs and lies, for OUTAGE_SECONDS each (60), while orders, answers and
# lists go on. An hour of it is OUTAGE_SECONDS=1200.

seconds=${OUTAGE_SECONDS:-60}
limit=${OUTAGE_LAG_MS:-1000}
metered=20
binary=$(scripts/build)
utility=""
end_utility() {
  [[ -z $utility ]] || in_cluster kill -9 "$utility" 2>/dev/null || true
  utility=""
}
begin_utility() { # arguments of the simulator
  end_utility
  # For pods it is a host outside of the cluster; what its meters count is the same on every day.
  in_cluster "$binary" meter-simulator --address 10.200.0.1 --port 11080 --steady "$@" >"$work/utility" 2>&1 &
  for _ in $(seq 100); do
    if in_cluster curl -sf --max-time 1 -o /dev/null http://10.200.0.1:11080/simulator/counts; then break; fi
    sleep 0.2
  done
  utility=$(in_cluster pgrep -f "^$binary meter-simulator" | head -n 1)
  [[ -n $utility ]] || die "the utility does not start: $(cat "$work/utility")"
}
of_feed() { # name of a metric, with labels; the sum over its pods
  local ordinal
  for ordinal in 0 1; do metrics feed "$ordinal"; done | awk -v name="$1" 'index($0, name) == 1 { sum += $NF } END { print sum + 0 }'
}
await() { # what, seconds, command...
  local what=$1 began=$SECONDS
  until "${@:3}"; do
    ((SECONDS - began < $2)) || die "$what: not within $2 s; $(kubectl logs -l app.kubernetes.io/component=feed --tail 5)"
    sleep 1
  done
}
is_open() { (($(of_feed 'negawatt_feed_circuit{state="closed"}') < 2)); }
is_closed() { (($(of_feed 'negawatt_feed_circuit{state="closed"}') == 2)); }
# Read to the end: a pipe that is closed early would fail the whole.
feed_says() { kubectl logs -l app.kubernetes.io/component=feed --tail -1 | grep "$1" >/dev/null; }
produce() { # topic, key, value: one line, since each is a record
  in_cluster kcat -P -b "$bootstrap" -t "$1" -k "$2" <<<"$3"
}
consume() { in_cluster kcat -C -b "$bootstrap" -t "$1" -o beginning -e -q -X isolation.level=read_committed; }

# Answers at a steady rate, and an order with all its figures: neither waits for the utility.
orders_go_on() { # what the utility does
  local load delay
  in_cluster python3 helm/tests/load.py "$bootstrap" response "outage-$1" 200 "$seconds" >"$work/load" 2>&1 &
  load=$!
  sleep 3
  in_cluster "$binary" simulate --bootstrap-servers "$bootstrap" --customers 50 --weeks 1 --prefix "outage-$1-" --order "outage-order-$1" \
    --timeout 120 >"$work/order" || die "an order while the utility $1: $(cat "$work/order")"
  wait "$load" || die "answers while the utility $1: $(cat "$work/load")"
  delay=$(python3 -c 'import json, sys
print(max(json.loads(sys.stdin.readline())["longest delay by partition, ms"].values()))' <"$work/load")
  ((delay <= limit)) || die "while the utility $1 an answer has waited for $delay ms: $(cat "$work/load")"
  say "while the utility $1: every figure of an order agrees, and no answer has waited for more than $delay ms: $(cat "$work/load")"
}

kubectl create secret generic utility --from-literal key=cluster >/dev/null
in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${door[@]}" --set utility.url=http://10.200.0.1:11080/OpenAPI/getDayLpData.do \
  --set utility.existingSecret=utility --set workers.feed.settings.utility-patience-s=30 "$wait" --timeout 900s >/dev/null
trap 'code=$?; end_utility; finish "$code"' EXIT

# It has never been there. Whose days nobody has is checked without a reference, and not paid.
now=$(date +%s)
midnight=$(date -d "$(TZ=Asia/Seoul date +%F)T00:00:00+09:00" +%s)
start=$((now - 3600 > midnight ? (now - 3600) / 900 * 900 : midnight))
consent=$(TZ=Asia/Seoul date -d '30 days ago' +%F)T00:00:00+09:00
for number in $(seq 10 10 200); do
  produce user.commands "late-$number" "{\"eventType\":\"RegisterUser\",\"id\":\"late-$number\",\"name\":\"Late\",\"capacity\":9000}"
  meter="\"userId\":\"late-$number\",\"customerNumber\":\"$((1000000000 + number))\",\"consentFrom\":\"$consent\""
  produce feed.commands "late-$number" "{\"eventType\":\"RegisterMeter\",$meter}"
done
sleep 3
produce dr.commands outage-late "{\"eventType\":\"StartDr\",\"id\":\"outage-late\",\"name\":\"kt\",\"type\":\"reliable\",\"startsAt\":${start}000}"
has_asked() { (($(consume response.events | grep '"Listmade"' | grep '"outage-late"' | grep -c '"late-') == 20)); }
await "the order asks its customers" 60 has_asked
for number in $(seq 10 10 200); do
  produce response.commands "late-$number" "{\"eventType\":\"Accept\",\"drId\":\"outage-late\",\"userId\":\"late-$number\"}"
  produce kepco.readings "late-$number" "{\"eventType\":\"MeterReadings\",\"userId\":\"late-$number\",\"startsAt\":${start}000,\"wh\":[1,1,1,1,1,1,1,1]}"
done
sleep 3
produce dr.commands outage-late '{"eventType":"EndDr","id":"outage-late"}'
checks() { consume kepco.events | grep '"ReductionCheck"' | grep '"outage-late"'; }
is_checked() { (($(checks | wc -l) == 20)); }
await "checks without a reference" 60 is_checked
[[ $(checks | grep -c '"isReal":true') == 0 ]] || die "somebody is paid of whose past nothing is known"

orders_go_on dies
await "feed notices that the utility is away" 120 is_open
await "feed logs it" 10 feed_says "its circuit is open"
begin_utility
in_cluster kill -STOP "$utility"
orders_go_on hangs
begin_utility --faults html=500,cut=500
orders_go_on lies
(($(of_feed negawatt_feed_customers) == 20 && $(of_feed negawatt_feed_dates_owed) > 0)) || die "feed does not show what is owed"
# A run whose past readings the utility has waits for it.
in_cluster "$binary" simulate --bootstrap-servers "$bootstrap" --customers 50 --utility-customers "$metered" --prefix outage-back- --order outage-order-back \
  --timeout 900 >"$work/order" 2>&1 &
order=$!
sleep 5
begin_utility
await "the circuit closes" 120 is_closed
await "feed logs that it is back" 10 feed_says "its circuit is closed"
wait "$order" || die "an order with readings of the utility: $(cat "$work/order")"
say "the utility is back, and every figure of an order agrees that has waited for its readings"
# Of each customer the last check is real, and its points are paid, all together.
are_paid() {
  checks >"$work/checks"
  consume user.events | grep '"PointChanged"' | grep '"outage-late"' >"$work/points" || true
  python3 - "$work/checks" "$work/points" <<'END'
import json, sys
checks, points = ([json.loads(line) for line in open(path)] for path in sys.argv[1:])
last, paid = {}, {}
for check in checks:
    if check.get("version", 1) >= last.get(check["userId"], {}).get("version", 1):
        last[check["userId"]] = check
for one in points:
    paid[one["id"]] = paid.get(one["id"], 0) + one["change"]
sys.exit(not (len(last) == 20 and all(check["isReal"] and paid.get(user) == check["adjustPoint"] for user, check in last.items())))
END
}
await "what was checked without the utility is corrected and paid" 300 are_paid
say "20 customers who were checked without the utility are checked by its readings, and paid"
end_utility
