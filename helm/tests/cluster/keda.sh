# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: KEDA scales user on its lag, and back.

"$cluster" keda "$work/kube" >/dev/null
in_cluster helm upgrade "${release[@]}" --set workers.user.keda.enabled=true --set workers.user.keda.lagThreshold=500 \
  --set workers.user.keda.pollingInterval=2 --set workers.user.keda.scaleDownSeconds=10 "$wait" --timeout 900s >/dev/null
said=$(in_cluster helm get manifest n --namespace negawatt | awk -v RS='\n---\n' '/kind: StatefulSet/ && /serviceName: "n-negawatt-user"/')
[[ $said == *"  replicas: 2"* ]] || die "switching KEDA on does not leave the pods that there are: $said"
pods() { kubectl get statefulset n-negawatt-user -o 'jsonpath={.status.readyReplicas}'; }
await_pods() { # the least, the most, seconds
  local began=$SECONDS count
  while ((SECONDS - began < $3)); do
    count=$(pods)
    if ((${count:-0} >= $1 && ${count:-0} <= $2)); then say "KEDA: ${count:-0} pods after $((SECONDS - began)) s" && return; fi
    sleep 1
  done
  return 1
}
await_pods 1 1 120 || die "KEDA does not go down to one pod without lag: $(pods)"
in_cluster python3 helm/tests/load.py "$bootstrap" user keda 12000 60 >"$work/load" 2>&1 &
pid=$!
await_pods 2 4 60 || die "KEDA does not scale on lag"
wait "$pid" || die "scaled by KEDA: $(cat "$work/load")"
say "scaled by KEDA under load: $(cat "$work/load")"
await_pods 1 1 180 || die "KEDA does not scale back: $(pods)"
