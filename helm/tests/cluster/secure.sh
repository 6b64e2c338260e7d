# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: least rights, and no password where somebody could read it.

in_cluster kcat -P -b "${bootstrap%:*}:19092" -t user.commands -k x <<<'not json'
said=""
for _ in $(seq 30); do
  [[ $said != *user.commands* ]] || break
  sleep 1
  said=$(kubectl exec n-negawatt-user-0 -- negawatt deadletters list user 2>&1)
done
[[ $said == *user.commands* ]] || die "there is no dead letter to replay: $said"
said=$(kubectl exec n-negawatt-user-0 -- negawatt deadletters replay user 2>&1) || die "a replay of dead letters: $said"
[[ $said == *"1 sent"* ]] || die "a replay of one dead letter: $said"
say "dead letters are replayed with least rights: $(tail -n 1 <<<"$said")"
said=$(kubectl get configmaps,statefulsets,pods,jobs -o yaml)
for context in dr user response kepco; do
  for pod in 0 1; do said+=$(kubectl logs "n-negawatt-$context-$pod"); done
done
said+=$(in_cluster ps -eo args)
[[ $said == *sasl.mechanism=PLAIN* && $said == *kafka-user* ]] || die "the settings are not where they were looked for"
if grep -- '-password' <<<"$said" >&2; then die "a password is in a ConfigMap, an object, a log or the process list"; fi
say "TLS, passwords and least rights: no password in ConfigMaps, objects, logs or the process list"
