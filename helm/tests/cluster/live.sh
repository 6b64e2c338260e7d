# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: everything that can happen to pods, under load, with what became of each record.

generation() { # context
  local pod all=""
  for pod in $(kubectl get pods -l "app.kubernetes.io/component=$1" -o 'jsonpath={.items[*].metadata.name}'); do
    all+=$(metrics "$1" "${pod##*-}" | sed -n 's/^negawatt_group_generation //p')$'\n'
  done
  sort -un <<<"${all%$'\n'}" | tr '\n' ' '
}
settled() { # context
  kubectl rollout status "statefulset/n-negawatt-$1" --timeout 900s >/dev/null
}
runs=0
# Does something to a context while 1,100 records a second come for it; every one must have its effect, once.
under_load() { # context, seconds, what to call it, command...
  local context=$1 seconds=$2 name=$3 before pid result
  shift 3
  runs=$((runs + 1))
  before=$(generation "$context")
  in_cluster python3 helm/tests/load.py "$bootstrap" "$context" "run$runs" 1100 "$seconds" >"$work/load" 2>&1 &
  pid=$!
  sleep 8
  "$@" >/dev/null
  wait "$pid" || die "$name: $(cat "$work/load")"
  settled "$context"
  result=$(cat "$work/load")
  say "$name: generation $before-> $(generation "$context"); $result"
  read -r longest_delay calm_delay < <(python3 -c 'import json, sys
delays = sorted(json.loads(sys.argv[1])["longest delay by partition, ms"].values())
print(delays[-1], delays[len(delays) // 2 - 1])' "$result")
}
restart() { kubectl rollout restart "statefulset/n-negawatt-$1" && settled "$1"; }
restart_one() { kubectl delete pod "n-negawatt-$1-1" && sleep 3 && settled "$1"; }
crash() { kubectl delete pod "n-negawatt-$1-0" --grace-period=0 --force 2>&1 && sleep 3 && settled "$1"; }
lose() { # the volume and its pod
  kubectl delete pvc "state-n-negawatt-$1-1" --wait=false && kubectl delete pod "n-negawatt-$1-1" && sleep 3 && settled "$1"
}
evict() { # what draining a node does: the second one has to wait for the first
  local pod
  for pod in 0 1; do
    for _ in $(seq 60); do
      if in_cluster kubectl create --raw "/api/v1/namespaces/negawatt/pods/n-negawatt-$1-$pod/eviction" -f - <<<"{\"apiVersion\":\"policy/v1\",
        \"kind\":\"Eviction\",\"metadata\":{\"name\":\"n-negawatt-$1-$pod\",\"namespace\":\"negawatt\"}}" 2>/dev/null; then break; fi
      refused=$((refused + 1))
      sleep 1
    done
  done
  settled "$1"
}
scale() { # context, and then how many, one after the other
  local context=$1 count
  shift
  for count in "$@"; do kubectl scale "statefulset/n-negawatt-$context" --replicas "$count" && settled "$context" && sleep 5; done
}

for context in $(scripts/context list); do
  before=$(generation "$context")
  under_load "$context" 35 "rolling restart of $context" restart "$context"
  [[ $(generation "$context") == "$before" ]] || die "a rolling restart of $context has moved partitions"
  ((longest_delay <= 15000)) || die "a rolling restart of $context has delayed records by $longest_delay ms"
done
under_load user 30 "restart of one of two pods of user" restart_one user
((calm_delay <= 1000)) || die "while one pod restarts, the other one's records are delayed by $calm_delay ms"
under_load user 30 "forced delete of a pod of user" crash user
under_load response 30 "forced delete of a pod of response" crash response
under_load user 40 "lost volume of user" lose user
refused=0
under_load user 40 "eviction of both pods of user" evict user
say "the disruption budget held the second eviction back $refused times"
((refused > 0)) || die "the disruption budget let both pods go"
under_load user 75 "user scaled 2 to 4 to 2" scale user 4 2

for context in $(scripts/context list); do
  for ordinal in 0 1; do
    say "memory of $context-$ordinal: $(($(metrics "$context" "$ordinal" | sed -n 's/^process_resident_memory_bytes //p') / 1048576)) MiB"
  done
done
before=$(kubectl get pod n-negawatt-kepco-0 -o 'jsonpath={.metadata.uid}')
in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${door[@]}" --set workers.kepco.settings.reference-days=8 "$wait" --timeout 900s >/dev/null
settled kepco
[[ $(kubectl get pod n-negawatt-kepco-0 -o 'jsonpath={.metadata.uid}') != "$before" ]] || die "a changed setting does not roll the pods"
say "a changed setting rolls the pods of its context"

# A loop that is stuck: its thread alone is stopped by a tracer, and everything else continues.
python='import ctypes, os, sys
tid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
if libc.ptrace(16, tid, None, None) != 0: sys.exit("ptrace: %d" % ctypes.get_errno())
# A traced thread is gone only when its tracer has seen its end.
while os.WIFSTOPPED(os.waitpid(tid, 0x40000000)[1]): pass'
pid=$(in_cluster pgrep -f '^/usr/local/bin/negawatt dr' | head -n 1)
tid=$(in_cluster bash -c "grep -l '^loop' /proc/$pid/task/*/comm" | head -n 1)
tid=$(basename "$(dirname "$tid")")
in_cluster python3 -c "$python" "$tid" &
tracer=$!
began=$SECONDS restarts=""
while ((SECONDS - began < 240)); do
  restarts=$(kubectl get pods -l app.kubernetes.io/component=dr -o 'jsonpath={.items[*].status.containerStatuses[0].restartCount}')
  [[ $restarts != *1* ]] || break
  sleep 3
done
kill "$tracer" 2>/dev/null || true
[[ $restarts == *1* ]] || die "a stuck daemon is not restarted"
say "a daemon with a stuck loop is restarted after $((SECONDS - began)) s"
settled dr
helm_test "at the end"
say "helm test at the end: every figure agrees"
