# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: a Kubernetes with a Kafka, the chart installed on it, and helm test.

cluster=${KUBE:-$shared/kube/kube}
if ! [[ -x $cluster && -x $shared/kafka/broker && $EUID == 0 ]] || ! command -v apt-get >/dev/null; then
  leave_out "an installation: there is no Kubernetes (it needs root, Debian and $cluster)"
  exit 0
fi
finish() { # the exit code, where it is not that of the last command
  local code=${1:-$?}
  trap - EXIT
  if ((code)); then
    for context in $(scripts/context list); do in_cluster kubectl -n negawatt logs "n-negawatt-$context-0" --tail 5 >&2 || true; done
    in_cluster kubectl -n negawatt logs -l app.kubernetes.io/component=gateway --prefix --tail 5 >&2 || true
    in_cluster kubectl -n negawatt get pods,jobs,events >&2 || true
  fi
  in_cluster "$shared/kafka/broker" kill "$work/kafka" >/dev/null 2>&1 || true
  "$cluster" down "$work/kube" >/dev/null 2>&1 || true
  rm -rf "$work"
  report
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
in_cluster() { "$cluster" run "$work/kube" "$@"; }
kubectl() { in_cluster kubectl -n negawatt "$@"; }

image=$(scripts/image --check --archive "$work/image.tar" | cut -d' ' -f1)
"$cluster" up "$work/kube" >/dev/null
"$cluster" load "$work/kube" "$work/image.tar" >/dev/null
"$cluster" crds "$work/kube" >/dev/null
in_cluster kubectl apply --server-side -f helm/tests/httproute.crd.yaml >/dev/null
in_cluster kubectl wait --for=condition=Established --timeout=60s crd/httproutes.gateway.networking.k8s.io >/dev/null
in_cluster kubectl create namespace negawatt >/dev/null
in_cluster kubectl label namespace negawatt pod-security.kubernetes.io/enforce=restricted >/dev/null
bootstrap=10.200.0.1:9092
secure=()
if [[ $mode == --secure ]]; then
  bootstrap=$(in_cluster helm/tests/secure-kafka "$shared/kafka/broker" "$work" 10.200.0.1)
  kubectl create secret generic ca --from-file "ca.crt=$work/ca.crt" >/dev/null
  for user in $(scripts/context list) gateway topics test; do
    kubectl create secret generic "kafka-$user" --from-literal "username=$user" --from-literal "password=$user-password" >/dev/null
  done
  secure=(--set 'kafka.settings.security\.protocol=SASL_SSL' --set 'kafka.settings.sasl\.mechanism=SCRAM-SHA-512' --set kafka.tls.existingSecret=ca
    --set topics.existingSecret=kafka-topics --set test.existingSecret=kafka-test)
  for context in $(scripts/context list); do secure+=(--set "workers.$context.existingSecret=kafka-$context"); done
else
  # It gives up after 30 s, which a busy machine may need; a restart waits for what is being started.
  in_cluster "$shared/kafka/broker" start "$work/kafka" --host 10.200.0.1 --port 9092 >/dev/null \
    || in_cluster "$shared/kafka/broker" restart "$work/kafka" >/dev/null
fi
release=(n helm --namespace negawatt --set "kafka.bootstrapServers=$bootstrap" --set "image.repository=${image%:*}" --set "image.tag=${image##*:}"
  --set topics.partitions=4 --set topics.replication=1 --set workerDefaults.replicas=2 --set workerDefaults.storage.size=1Gi
  --set workerDefaults.resources.requests.cpu=10m --set workerDefaults.resources.requests.memory=32Mi "${secure[@]}")
# Who comes in at the gateway; a chart of before it would refuse these.
mkdir "$work/issuer"
python3 helm/tests/issuer.py "$work/issuer" keys >"$work/issuer/jwks.json"
kubectl create secret generic issuer --from-file "$work/issuer/jwks.json" >/dev/null
door=(--set gateway.enabled=true --set gateway.auth.issuer=https://issuer --set gateway.auth.audience=negawatt --set gateway.auth.keysSecret=issuer
  --set gateway.resources.requests.cpu=10m --set gateway.resources.requests.memory=32Mi)
[[ $mode != --secure ]] || door+=(--set gateway.existingSecret=kafka-gateway)
# Helm 4.3's own watcher takes a state that comes late for the last one, and fails with all pods ready.
wait=--wait=legacy
optional=(--set metrics.podMonitor.enabled=true --set metrics.prometheusRule.enabled=true --set metrics.dashboards.enabled=true
  --set networkPolicy.enabled=true)

# The server checks each object against its type, those of operators too.
in_cluster helm template "${release[@]}" --kube-version 1.34.0 "${types[@]}" "${optional[@]}" "${door[@]}" "${ways[@]}" --set workers.user.keda.enabled=true \
  | in_cluster kubectl apply --namespace negawatt --dry-run=server --validate=strict -f - >/dev/null
say "the server takes every object"

began=$SECONDS
in_cluster helm install "${release[@]}" "${optional[@]}" "${door[@]}" "$wait" --timeout 900s >/dev/null
took=$((SECONDS - began))
say "10 pods ready $took s after the install began"
# A promise where nothing else runs.
[[ $mode != --live ]] || ((took <= 60)) || die "that is more than 60 s"
helm_test() { # when
  in_cluster helm test n --namespace negawatt >/dev/null || { kubectl logs n-negawatt-test-order >&2 && die "helm test $1"; }
}
helm_test "of what was installed"
say "helm test: every figure agrees"
token=$(python3 helm/tests/issuer.py "$work/issuer" token https://issuer negawatt helen operator)
ask() { # path, arguments of curl...; prints the status, and leaves the answer in $work/answer and its head in $work/head
  in_cluster curl -sS --max-time 40 -o "$work/answer" -D "$work/head" -w '%{http_code}' -H "Authorization: Bearer $token" "${@:2}" "$service$1"
}
visit() { # when
  local said
  service=http://$(kubectl get service n-negawatt-gateway -o 'jsonpath={.spec.clusterIP}')
  said=$(in_cluster curl -s -o /dev/null -w '%{http_code}' "$service/users")
  [[ $said == 401 ]] || die "the gateway answers whoever has no token with $said, $1"
  said=$(ask /users -H 'Content-Type: application/json' -d "{\"id\":\"door-$1\",\"name\":\"Kim\",\"capacity\":8000}")
  [[ $said == 201 ]] || die "a customer is answered with $said by the gateway, $1: $(cat "$work/answer")"
  # Whichever pod is asked, it has come so far.
  said=$(ask "/users/door-$1" -H "$(sed -n 's/\r$//; s/^[Xx]-[Pp]osition:/X-Position:/p' "$work/head")")
  [[ $said == 200 && $(cat "$work/answer") == *'"name":"Kim"'* ]] || die "a customer that the gateway has taken is not there, $1: $said $(cat "$work/answer")"
}
visit installed
say "the gateway takes a customer (201) and shows him (200) to whoever has a token"
if in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${door[@]}" --set topics.partitions=8 --timeout 60s >/dev/null 2>&1; then
  die "another number of partitions is taken"
fi
said=$(kubectl logs job/n-negawatt-topics 2>&1)
[[ $said == *"cannot be changed"* ]] || die "another number of partitions is refused without a reason: $said"
say "another number of partitions is refused with its reason"
metrics() { # context, ordinal
  local address
  address=$(kubectl get pod "n-negawatt-$1-$2" -o 'jsonpath={.status.podIP}')
  in_cluster curl -s "http://$address:9464/metrics"
}
if [[ -n $promtool ]]; then
  for context in $(scripts/context list); do
    said=$(metrics "$context" 0)
    [[ $said == *negawatt_assigned_partitions* ]] || die "$context has no metrics: $said"
    said=$("$promtool" check metrics <<<"$said" 2>&1) || die "the metrics of $context: $said"
    [[ -z $said ]] || die "the metrics of $context: $said"
  done
  said=$(in_cluster curl -s "http://$(kubectl get pods -l app.kubernetes.io/component=gateway -o 'jsonpath={.items[0].status.podIP}'):9464/metrics")
  [[ $said == *negawatt_view_age_seconds* ]] || die "the gateway has no metrics: $said"
  said=$("$promtool" check metrics <<<"$said" 2>&1) || die "the metrics of the gateway: $said"
  [[ -z $said ]] || die "the metrics of the gateway: $said"
  say "promtool takes the metrics of all daemons and of the gateway"
fi
