# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: least rights, and no password where someone could read it.

in_cluster kcat -P -b "${bootstrap%:*}:19092" -t user.commands -k x <<<'not json'
said=""
for _ in $(seq 30); do
  [[ $said != *user.commands* ]] || break
  sleep 1
  said=$(kubectl exec n-negawatt-user-0 -- negawatt deadletters list user 2>&1)
done
[[ $said == *user.commands* ]] || die "there is no dead letter to replay: $said"
settings() { # user
  printf '%s=%s\n' bootstrap-servers "$bootstrap" kafka.security.protocol SASL_SSL kafka.sasl.mechanism PLAIN kafka.ssl.ca.location "$work/ca.crt" \
    kafka.sasl.username "$1" kafka.sasl.password "$1-password"
}
(umask 077 && settings tools >"$work/tools.properties")
binary=$(scripts/build)
said=$(in_cluster "$binary" deadletters replay user --config "$work/tools.properties" 2>&1) || die "a replay of dead letters: $said"
[[ $said == *"1 sent"* ]] || die "a replay of one dead letter: $said"
say "dead letters are replayed with the rights of an operator: $(tail -n 1 <<<"$said")"
# The gateway sees with its rights how each context is; a right that is missing would be a context of which nothing is
# known.
for _ in $(seq 60); do
  said=$(ask /health)
  if [[ $said == 200 && $(cat "$work/answer") != *'"unknown"'* && $(cat "$work/answer") != *'"lag":null'* ]]; then break; fi
  sleep 1
done
[[ $said == 200 && $(cat "$work/answer") != *'"unknown"'* && $(cat "$work/answer") == *'"fault":null'* ]] || die "with its rights the gateway does not see all: $said $(cat "$work/answer")"
say "the gateway follows all contexts with its rights: $(cat "$work/answer")"
said=$(kubectl get deployments -o yaml; kubectl logs -l app.kubernetes.io/component=gateway --tail -1)
[[ $said == *kafka-gateway* && $said == *"msg=started"* && $said != *gateway-password* ]] || die "the gateway shows its password, or is not where it was looked for"
# Who may write what nobody but its context says. What may be written shows that the refusals are none of something
# else.
tries() { # user, topic
  (umask 077 && settings "$1" | sed -n 's/^kafka[.]//p' >"$work/kcat.properties")
  in_cluster kcat -P -F "$work/kcat.properties" -b "$bootstrap" -t "$2" -k x <<<'{"eventType":"Nothing"}' 2>&1
}
said=$(tries test user.commands) || die "the test may not write user.commands: $said"
for user in $(scripts/context list) gateway topics tools test; do
  for topic in dr.internal user.events response.changelog kepco.deadletters dr.commands; do
    [[ $user != "${topic%.*}" || $topic == *.commands ]] || continue
    [[ $topic != *.commands || $user != tools && $user != test && $user != gateway ]] || continue
    if said=$(tries "$user" "$topic"); then die "$user may write $topic"; fi
    [[ ${said,,} == *authorization* ]] || die "$user cannot write $topic for another reason: $said"
  done
done
say "nobody but its context writes what a context says, and a context writes no commands"
shows_no_password() { # mechanism
  said=$(kubectl get configmaps,statefulsets,pods,jobs -o yaml)
  for context in $(scripts/context list); do
    for pod in 0 1; do said+=$(kubectl logs "n-negawatt-$context-$pod"); done
  done
  said+=$(in_cluster ps -eo args)
  [[ $said == *sasl.mechanism=$1* && $said == *kafka-user* ]] || die "the settings are not where they were looked for"
  if grep -- '-password' <<<"$said" >&2; then die "a password is in a ConfigMap, an object, a log or the process list"; fi
}
shows_no_password SCRAM-SHA-512
say "TLS, passwords and least rights: no password in ConfigMaps, objects, logs or the process list"
