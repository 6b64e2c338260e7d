{{/* What Kubernetes never changes in a StatefulSet that is there, in words and before anything is changed; it would refuse itself, without
saying what to do. What is there is only seen on a cluster: helm template sees nothing. */}}
{{- define "negawatt.lasting" -}}
{{- $root := . -}}
{{- $lines := list -}}
{{- $sets := list -}}
{{- range $name, $_ := include "negawatt.inputs" . | fromYaml -}}
{{- $full := printf "%s-%s" (include "negawatt.fullname" $root) $name -}}
{{- $storage := (include "negawatt.worker" (dict "root" $root "name" $name) | fromYaml).storage -}}
{{- with lookup "apps/v1" "StatefulSet" $root.Release.Namespace $full -}}
{{- $claim := (first (.spec.volumeClaimTemplates | default (list dict))).spec | default dict -}}
{{- $there := list -}}
{{- $size := (($claim.resources).requests).storage | default "0" -}}
{{- if ne (include "negawatt.bytes" $size) (include "negawatt.bytes" $storage.size) -}}
{{- $there = append $there (printf "storage.size is %s, and there it is %s" $storage.size $size) -}}
{{- end -}}
{{- $class := $claim.storageClassName | default "" -}}
{{- if ne $class ($storage.storageClassName | default "") -}}
{{- $there = append $there (printf "storage.storageClassName is %q, and there it is %q" ($storage.storageClassName | default "") $class) -}}
{{- end -}}
{{- $mode := first ($claim.accessModes | default (list "")) -}}
{{- if ne $mode $storage.accessMode -}}
{{- $there = append $there (printf "storage.accessMode is %s, and there it is %s" $storage.accessMode $mode) -}}
{{- end -}}
{{- $selector := include "negawatt.selector" (dict "root" $root "component" $name) | fromYaml -}}
{{- if ne (toJson .spec.selector.matchLabels) (toJson $selector) -}}
{{- fail (printf "the pod selector of a StatefulSet can never be changed: that of %s is %s and would become %s. Set nameOverride back to its old value" $full (toJson .spec.selector.matchLabels) (toJson $selector)) -}}
{{- end -}}
{{- if ne .spec.serviceName $full -}}
{{- $there = append $there (printf "serviceName is %s, and there it is %s" $full .spec.serviceName) -}}
{{- end -}}
{{- if ne (.spec.podManagementPolicy | default "OrderedReady") "Parallel" -}}
{{- $there = append $there (printf "podManagementPolicy is Parallel, and there it is %s" (.spec.podManagementPolicy | default "OrderedReady")) -}}
{{- end -}}
{{- range $there -}}
{{- $lines = append $lines (printf "workers.%s: %s" $name .) -}}
{{- end -}}
{{- if $there -}}
{{- $sets = append $sets (printf "statefulset/%s" $full) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $lines -}}
{{- fail (printf "Kubernetes never changes this in an existing StatefulSet:\n- %s\nSet it back. Or delete the StatefulSet without its pods, and repeat this, which creates it again:\n  kubectl -n %s delete %s --cascade=orphan\nExisting volumes stay as they are: see What cannot be changed in the chart's README." (join "\n- " .) $root.Release.Namespace (join " " $sets)) -}}
{{- end -}}
{{- end -}}

{{/* The same of the gateway's Deployment, of which only the selector lasts. */}}
{{- define "negawatt.lastingGateway" -}}
{{- $full := include "negawatt.gatewayName" . -}}
{{- with lookup "apps/v1" "Deployment" .Release.Namespace $full -}}
{{- $selector := include "negawatt.selector" (dict "root" $ "component" "gateway") | fromYaml -}}
{{- if ne (toJson .spec.selector.matchLabels) (toJson $selector) -}}
{{- fail (printf "the pod selector of a Deployment can never be changed: that of %s is %s and would become %s. Set nameOverride back to its old value" $full (toJson .spec.selector.matchLabels) (toJson $selector)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
