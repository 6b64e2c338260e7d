# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: from passwords to tokens, which a server gives for a client's id and secret, by one upgrade.

# The Secrets that are there, whose keys are an id and its secret now.
tokens=(--set 'kafka.settings.sasl\.mechanism=OAUTHBEARER' --set 'kafka.settings.sasl\.oauthbearer\.method=oidc'
  --set "kafka.settings.sasl\\.oauthbearer\\.token\\.endpoint\\.url=http://${bootstrap%:*}:19095/token"
  --set 'kafka.secretSettings.sasl\.oauthbearer\.client\.id=username' --set 'kafka.secretSettings.sasl\.oauthbearer\.client\.secret=password'
  --set 'kafka.secretSettings.sasl\.username=null' --set 'kafka.secretSettings.sasl\.password=null'
  --set "networkPolicy.tokenPeers[0].ipBlock.cidr=${bootstrap%:*}/32")
asked() { sed -n 's/^token for //p' "$work/tls/tokens.log" | sort -u | xargs; }
[[ -z $(asked) ]] || die "tokens have been asked for before anybody was to log in by them: $(asked)"
in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${door[@]}" "${tokens[@]}" "$wait" --timeout 600s >/dev/null
for context in $(scripts/context list); do kubectl rollout status "statefulset/n-negawatt-$context" --timeout 300s >/dev/null; done
helm_test "by tokens"
[[ $(asked) == "dr gateway kepco response test topics user" ]] || die "not everybody has asked for a token, only $(asked)"
shows_no_password OAUTHBEARER
said=$(kubectl get networkpolicy n-negawatt -o jsonpath='{.spec.egress[*].ports[*].port}')
[[ " $said " == *" 19095 "* ]] || die "the network policy keeps pods from asking for tokens: $said"
say "tokens: after an upgrade from passwords the pods, the topics' job and helm test log in by OAUTHBEARER; no secret of theirs is to be seen"
