# shellcheck shell=bash disable=SC2154
# A part of scripts/chart: from the version before this one, with its volumes.

# The chart before the commit that gave it this version.
previous_chart() { # where to put it
  local version commit bump=""
  version=$(sed -n 's/^version: //p' helm/Chart.yaml)
  for commit in $(git log --format=%H -- helm/Chart.yaml 2>/dev/null); do
    if [[ $(git show "$commit:helm/Chart.yaml" | sed -n 's/^version: //p') != "$version" ]]; then
      git archive "${bump:-HEAD}${bump:+^}" helm | tar -x -C "$1"
      return
    fi
    bump=$commit
  done
  return 1
}
# What an upgrade must not make again: with their ids, and the volumes behind the claims.
lasting() {
  kubectl get statefulsets,persistentvolumeclaims \
    -o 'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.spec.volumeName}{"\n"}{end}' | sort
}
mkdir "$work/previous"
if previous_chart "$work/previous"; then
  in_cluster helm uninstall n --namespace negawatt "$wait" >/dev/null
  volumes=$(lasting)
  # Two of each context.
  (($(wc -l <<<"$volumes") == 2 * $(scripts/context list | wc -w))) || die "uninstalled, and these are left: $volumes"
  in_cluster helm install "${release[@]/#helm/$work/previous/helm}" "${optional[@]}" "$wait" --timeout 900s >/dev/null
  before=$(lasting)
  [[ $(grep '^Persistent' <<<"$before") == "$volumes" ]] || die "installed again, it has other volumes: $before"
  # A release that continues with the values of a chart without a gateway has none; the notes say how to get one.
  if ! grep -q '^gateway:' "$work/previous/helm/values.yaml"; then
    said=$(in_cluster helm upgrade n helm --namespace negawatt --reuse-values --dry-run=server)
    [[ $said != *"component: gateway"* ]] || die "an upgrade with values from before makes a gateway"
    if said=$(in_cluster helm upgrade n helm --namespace negawatt --reuse-values --set gateway.enabled=true --dry-run=server 2>&1); then
      die "a gateway without its defaults is taken"
    fi
    [[ $said == *--reset-then-reuse-values* ]] || die "a gateway without its defaults is refused without saying so: $said"
  fi
  # With another rule for checks, by which helm test has to go as well; and with a gateway, which the version before may
  # not have had.
  in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${door[@]}" --set workers.kepco.settings.reference-days=7 "$wait" --timeout 900s >/dev/null
  # Contexts that are new have theirs besides.
  [[ -z $(comm -23 <(echo "$before") <(lasting)) ]] || die "the upgrade has made these anew: $(diff <(echo "$before") <(lasting))"
  helm_test "after the upgrade"
  visit upgraded
  bigger=("${door[@]}" --set workers.kepco.settings.reference-days=7 --set workers.kepco.storage.size=2Gi)
  if said=$(in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${bigger[@]}" 2>&1); then die "a claim of another size is taken"; fi
  [[ $said == *"workers.kepco: storage.size is 2Gi, and there it is 1Gi"* ]] || die "a claim of another size is refused without saying so: $said"
  said=$(sed -n 's/^ *kubectl -n negawatt \(delete .*--cascade=orphan\)$/\1/p' <<<"$said")
  [[ -n $said ]] || die "a claim of another size is refused without saying what to do"
  pods=$(kubectl get pods -l app.kubernetes.io/component=kepco -o 'jsonpath={.items[*].metadata.uid}')
  # shellcheck disable=SC2086
  kubectl $said >/dev/null
  in_cluster helm upgrade "${release[@]}" "${optional[@]}" "${bigger[@]}" "$wait" --timeout 900s >/dev/null
  [[ $(kubectl get pods -l app.kubernetes.io/component=kepco -o 'jsonpath={.items[*].metadata.uid}') == "$pods" ]] \
    || die "a StatefulSet made anew for a larger claim has not left its pods at work"
  say "a claim of another size is refused, and taken by the way that the refusal says, with the pods at work"
  say "uninstalled, $(sed -n 's/^version: //p' "$work/previous/helm/Chart.yaml") installed, upgraded: the volumes stay; helm test"
else
  leave_out "an upgrade: git knows no earlier version of the chart"
fi
