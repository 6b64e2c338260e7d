# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: the gateway's pods come, go and hang while people and programs ask.

command -v siege >/dev/null || { leave_out "the gateway under load: siege is not here" && exit 0; }
# One principal asks for everybody here, who would have his limit.
door+=(--set gateway.settings.rate-limit=0)
set_door() { # values...
  in_cluster helm upgrade "${release[@]}" "${door[@]}" "$@" "$wait" --timeout 600s >/dev/null
}
settled() { kubectl rollout status deployment/n-negawatt-gateway --timeout 600s >/dev/null; }
ready() { kubectl get deployment n-negawatt-gateway -o 'jsonpath={.status.readyReplicas}'; }
set_door --set gateway.replicas=2
for number in $(seq 50); do
  echo "user-$number|{\"eventType\":\"RegisterUser\",\"id\":\"user-$number\",\"name\":\"Kim\",\"capacity\":8000}"
done | in_cluster kcat -P -b "$bootstrap" -t user.commands -K '|'
for _ in $(seq 60); do
  [[ $(ask /users/user-50) != 200 ]] || break
  sleep 1
done
printf '%s\n' "$service/users?size=20" "$service/users/user-7" "$service/drs" "$service/me" >"$work/urls"
# Each request over a connection of its own, so that each may go to any pod; none is repeated.
cat >"$work/siegerc" <<'END'
verbose = false
quiet = true
json_output = true
show-logfile = false
logging = false
connection = close
limit = 255
timeout = 40
failures = 1000000
protocol = HTTP/1.1
chunked = true
cache = false
parser = false
END

# Asks with many at once, and sends commands, while something happens to the pods: nothing may fail.
under_siege() { # what to call it, how many ask, seconds between their questions at most, how many send commands, command...
  local name=$1 people=$2 pause=$3 programs=$4 besiegers clerks said
  shift 4
  rm -f "$work/stop"
  # Round after round: siege 4.0.7 can hang for ever when it is asked to end.
  # shellcheck disable=SC2016
  in_cluster bash -c 'while [[ ! -e $0 ]]; do "$@"; done' "$work/stop" siege -R "$work/siegerc" -i -c "$people" -d "$pause" -r 10 \
    -H "Authorization: Bearer $token" -f "$work/urls" >"$work/siege" 2>"$work/siege.err" &
  besiegers=$!
  in_cluster python3 helm/tests/commands.py "$service" "$token" "c$SECONDS" "$work/stop" "$programs" >"$work/commands" 2>&1 &
  clerks=$!
  sleep 3
  "$@"
  sleep 3
  touch "$work/stop"
  wait "$besiegers" || die "$name: siege: $(tail -n 3 "$work/siege.err")"
  wait "$clerks" || die "$name: commands have failed: $(cat "$work/commands")"
  said=$(python3 -c 'import json, sys
rounds = [json.loads(text + "}") for text in sys.stdin.read().split("}") if text.strip()]
done, failed = (sum(round[key] for round in rounds) for key in ("transactions", "failed_transactions"))
slowest = max(round["longest_transaction"] for round in rounds)
print(f"{done} answers, {failed} failed, availability {100 * done / (done + failed):.2f} %, slowest {slowest} s")
sys.exit(0 if done > 10 and failed == 0 and all(round["availability"] == 100 for round in rounds) else 1)' <"$work/siege") \
    || die "$name: siege -c$people: $said; $(tail -n 3 "$work/siege.err")"
  say "$name: siege -c$people: $said; commands $(cat "$work/commands")"
}

roll() {
  local began=$SECONDS pods
  pods=$(kubectl get pods -l app.kubernetes.io/component=gateway -o name)
  kubectl rollout restart deployment/n-negawatt-gateway >/dev/null
  settled
  # shellcheck disable=SC2086
  kubectl wait --for=delete $pods --timeout=120s >/dev/null
  say "both pods of the gateway are others after $((SECONDS - began)) s"
}
under_siege "rolling update of the gateway" 100 1 4 roll

scaling=(--set gateway.autoscaling.enabled=true --set gateway.autoscaling.minReplicas=1 --set gateway.autoscaling.maxReplicas=4
  --set gateway.autoscaling.cpuPercent=50 --set gateway.autoscaling.scaleDownSeconds=15 --set gateway.resources.requests.cpu=200m)
await_ready() { # the least, the most, seconds
  local began=$SECONDS count=0
  while ((SECONDS - began < $3)); do
    count=$(ready)
    if ((${count:-0} >= $1 && ${count:-0} <= $2)); then say "the autoscaler: ${count:-0} pods after $((SECONDS - began)) s" && return; fi
    sleep 1
  done
  kubectl describe horizontalpodautoscaler >&2
  die "the autoscaler does not come to $1 to $2 pods: ${count:-0}"
}
set_door "${scaling[@]}"
[[ $(kubectl get deployment n-negawatt-gateway -o 'jsonpath={.spec.replicas}') -ge 1 ]] || die "switching scaling on leaves no pods"
await_ready 1 1 180
under_siege "1 to several pods" 100 0.2 4 await_ready 2 4 300
under_siege "several pods to 1" 2 1 1 await_ready 1 1 300

# A pod that does nothing any more is left out, and then started again.
# The number of pods is the autoscaler's; whoever switches it off has to say that it is his again.
set_door --set gateway.replicas=2 --force-conflicts
settled
for _ in $(seq 120); do
  # Those before are still answering.
  (($(kubectl get pods -l app.kubernetes.io/component=gateway -o name | wc -l) != 2)) || break
  sleep 1
done
restarts() { kubectl get pods -l app.kubernetes.io/component=gateway -o 'jsonpath={range .items[*]}{.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort -n | tail -n 1; }
pid=$(in_cluster pgrep -f '^/usr/local/bin/negawatt gateway' | head -n 1)
began=$SECONDS
in_cluster kill -STOP "$pid"
for _ in $(seq 60); do
  [[ $(ready) != 1 ]] || break
  sleep 1
done
[[ $(ready) == 1 ]] || die "a stuck pod of the gateway stays ready"
out=$((SECONDS - began))
sleep 2
for _ in $(seq 20); do
  said=$(ask /users/user-7)
  [[ $said == 200 ]] || die "with one pod stuck and left out the gateway answers $said"
done
for _ in $(seq 240); do
  (($(restarts) == 0)) || break
  sleep 1
done
(($(restarts) > 0)) || die "a stuck pod of the gateway is not restarted"
settled
for _ in $(seq 60); do
  [[ $(ready) != 2 ]] || break
  sleep 1
done
[[ $(ready) == 2 ]] || die "a stuck pod of the gateway does not come back"
say "a stuck pod of the gateway is left out after $out s, and back at work, started again, after $((SECONDS - began)) s"
