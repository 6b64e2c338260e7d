{{- define "negawatt.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough for "-response", an ordinal and the revision's hash in a label. */}}
{{- define "negawatt.fullname" -}}
{{- $full := .Values.fullnameOverride -}}
{{- if not $full -}}
{{- $name := include "negawatt.name" . -}}
{{- $full = contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- end -}}
{{- $full = $full | trunc 40 | trimSuffix "-" -}}
{{- if not (regexMatch "^[a-z][-a-z0-9]*$" $full) -}}
{{- fail (printf "%s cannot be the name of a Service, which begins with a letter and has no dots: set fullnameOverride" $full) -}}
{{- end -}}
{{- $full -}}
{{- end -}}

{{/* What never changes from version to version: (dict "root" . "component" "user"). */}}
{{- define "negawatt.selector" -}}
app.kubernetes.io/name: {{ include "negawatt.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{- define "negawatt.labels" -}}
{{ include "negawatt.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: negawatt
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "negawatt.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "negawatt.serviceAccount" -}}
{{- if .Values.serviceAccount.name -}}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create -}}{{ include "negawatt.fullname" . }}
{{- else -}}default{{- end -}}
{{- end -}}

{{/* A context's values: its own over the defaults, and whether it is a static member. As YAML. */}}
{{- define "negawatt.worker" -}}
{{- $worker := mergeOverwrite (deepCopy .root.Values.workerDefaults) (deepCopy (index .root.Values.workers .name | default dict)) -}}
{{- $limit := int .root.Values.topics.partitions -}}
{{- if gt (int $worker.replicas) $limit -}}
{{- fail (printf "workers.%s.replicas is %d, but there are only topics.partitions=%d: the others would be idle" .name (int $worker.replicas) $limit) -}}
{{- end -}}
{{- if $worker.keda.enabled -}}
{{- if eq $worker.membership "static" -}}
{{- fail (printf "workers.%s: keda.enabled moves partitions at any time, which membership=static prevents: leave one of them out" .name) -}}
{{- end -}}
{{- if not (.root.Capabilities.APIVersions.Has "keda.sh/v1alpha1/ScaledObject") -}}
{{- fail (printf "workers.%s: keda.enabled needs KEDA: this cluster does not know keda.sh/v1alpha1 ScaledObject" .name) -}}
{{- end -}}
{{- if gt (int $worker.keda.maxReplicas) $limit -}}
{{- fail (printf "workers.%s.keda.maxReplicas is %d, but there are only topics.partitions=%d" .name (int $worker.keda.maxReplicas) $limit) -}}
{{- end -}}
{{- if gt (int $worker.keda.minReplicas) (int $worker.keda.maxReplicas) -}}
{{- fail (printf "workers.%s.keda.minReplicas is above maxReplicas" .name) -}}
{{- end -}}
{{- end -}}
{{- with (($worker.resources).limits).memory -}}
{{- $cache := index $worker.settings "cache-mib" | default 256 | int -}}
{{- if lt (include "negawatt.bytes" . | int64) (add $cache 256 | mul 1048576) -}}
{{- fail (printf "workers.%s.resources.limits.memory is %v, too little for settings.cache-mib=%d and the 256 MiB that a daemon takes in addition" $.name . $cache) -}}
{{- end -}}
{{- end -}}
{{- if eq $worker.membership "auto" -}}
{{- $_ := set $worker "membership" (ternary "dynamic" "static" $worker.keda.enabled) -}}
{{- end -}}
{{- $_ := set $worker "existingSecret" (default .root.Values.kafka.existingSecret $worker.existingSecret) -}}
{{- toYaml $worker -}}
{{- end -}}

{{/* A quantity of memory or of a disk, such as 1Gi, 1.5G or 2e9, in bytes. */}}
{{- define "negawatt.bytes" -}}
{{- $text := include "negawatt.text" . -}}
{{- $number := regexFind "^[0-9.]+(e[0-9]+)?" $text -}}
{{- $unit := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0 -}}
{{- mulf (float64 $number) (get $unit (trimPrefix $number $text) | default 1.0) | int64 -}}
{{- end -}}

{{/* Numbers as they were written: not 1e+06. */}}
{{- define "negawatt.text" -}}
{{- if and (kindIs "float64" .) (eq (float64 (int64 .)) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{/* The properties of librdkafka that are no secret: (dict "root" . "own" map). As YAML. */}}
{{- define "negawatt.kafka" -}}
{{- $all := dict -}}
{{- with .root.Values.kafka.tls -}}
{{- if .existingSecret -}}
{{- $_ := set $all "ssl.ca.location" "/etc/negawatt-tls/ca.crt" -}}
{{- if .clientCertificate -}}
{{- $_ := set $all "ssl.certificate.location" "/etc/negawatt-tls/tls.crt" -}}
{{- $_ := set $all "ssl.key.location" "/etc/negawatt-tls/tls.key" -}}
{{- end -}}
{{- else if .clientCertificate -}}
{{- fail "kafka.tls.clientCertificate needs kafka.tls.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- toYaml (mergeOverwrite $all (deepCopy .root.Values.kafka.settings) (deepCopy (.own | default dict))) -}}
{{- end -}}

{{/* How Kafka is told who somebody is by what is in a Secret; empty where it is not: (dict "root" . "own" map). */}}
{{- define "negawatt.login" -}}
{{- $settings := include "negawatt.kafka" . | fromYaml -}}
{{- $protocol := index $settings "security.protocol" | default "" | toString | upper -}}
{{- $mechanism := index $settings "sasl.mechanism" | default (index $settings "sasl.mechanisms") | default "" | toString | upper -}}
{{- if and (hasPrefix "SASL_" $protocol) (or (regexMatch "^(PLAIN|SCRAM-.*)$" $mechanism) (include "negawatt.clientSecret" $settings)) -}}
{{ $protocol }} with {{ $mechanism }}
{{- end -}}
{{- end -}}

{{/* The property with which a server is asked for tokens; empty where none is asked, or by another way than with a client's secret. */}}
{{- define "negawatt.clientSecret" -}}
{{- $mechanism := index . "sasl.mechanism" | default (index . "sasl.mechanisms") | default "" | toString | upper -}}
{{- $method := index . "sasl.oauthbearer.method" | default "" | toString | lower -}}
{{- /* Of later versions than the image's. */}}
{{- $others := or (index . "sasl.oauthbearer.grant.type") (index . "sasl.oauthbearer.metadata.authentication.type") -}}
{{- if and (eq $mechanism "OAUTHBEARER") (eq $method "oidc") (not $others) -}}sasl.oauthbearer.client.secret{{- end -}}
{{- end -}}

{{/* The secrets of a pod, as variables: (dict "root" . "secret" name "own" map "extraEnv" list "where" value). */}}
{{- define "negawatt.secretEnv" -}}
{{- $login := include "negawatt.login" . }}
{{- $property := include "negawatt.clientSecret" (include "negawatt.kafka" . | fromYaml) | default "sasl.password" }}
{{- if and $login (not (contains (printf "NEGAWATT_KAFKA_%s" ($property | upper | replace "." "_")) (toJson .extraEnv))) }}
{{- $who := eq $property "sasl.password" | ternary "a user and a password" "a client's id and its secret" }}
{{- if not .secret }}
{{- fail (printf "%s: %s needs %s: name a Secret with them there, or one for all pods in kafka.existingSecret" .where $login $who) }}
{{- else if not (hasKey .root.Values.kafka.secretSettings $property) }}
{{- fail (printf "kafka.secretSettings: %s needs %s: name there the Secret's key for %s" $login $who $property) }}
{{- end }}
{{- end }}
{{- if .secret }}
{{- range $property, $key := .root.Values.kafka.secretSettings }}
- name: NEGAWATT_KAFKA_{{ $property | upper | replace "." "_" }}
  valueFrom:
    secretKeyRef:
      name: {{ $.secret }}
      key: {{ $key }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "negawatt.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "negawatt.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Who a pod is to Kubernetes, and where it may run: (dict "root" . "own" map "component" c). */}}
{{- define "negawatt.placement" -}}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- include "negawatt.podSecurity" .root | nindent 2 }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: {{ .own.topologySpread.topologyKey }}
    whenUnsatisfiable: {{ .own.topologySpread.whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "negawatt.selector" (dict "root" .root "component" .component) | nindent 8 }}
{{- end -}}

{{/* A tool beside the daemons: (dict "root" . "component" c "args" list "secret" name "where" value). */}}
{{- define "negawatt.toolPod" -}}
restartPolicy: Never
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.workerDefaults }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
securityContext:
  {{- include "negawatt.podSecurity" .root | nindent 2 }}
containers:
  - name: {{ .component }}
    image: {{ include "negawatt.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      {{- range .args }}
      - {{ . | quote }}
      {{- end }}
      {{- range $property, $value := include "negawatt.kafka" (dict "root" .root) | fromYaml }}
      - --kafka
      - {{ printf "%s=%s" $property (include "negawatt.text" $value) | quote }}
      {{- end }}
    env:
      - name: NEGAWATT_BOOTSTRAP_SERVERS
        value: {{ .root.Values.kafka.bootstrapServers | quote }}
      {{- include "negawatt.secretEnv" (dict "root" .root "secret" .secret "where" .where) | nindent 6 }}
    # What it said last is then in the status of the pod.
    terminationMessagePolicy: FallbackToLogsOnError
    resources:
      requests: {cpu: 50m, memory: 64Mi}
      limits: {memory: 512Mi}
    securityContext:
      {{- include "negawatt.containerSecurity" .root | nindent 6 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- if .root.Values.kafka.tls.existingSecret }}
      - name: tls
        mountPath: /etc/negawatt-tls
        readOnly: true
      {{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- with .root.Values.kafka.tls.existingSecret }}
  - name: tls
    secret:
      secretName: {{ . }}
      defaultMode: 0440
  {{- end }}
{{- end -}}

{{/* Why there can be no order of the simulation, or it would not come out as kepco is set: its meters and days are those of Korea, and
it sends what was read weeks ago and while the order ran. Empty where nothing is in the way. */}}
{{- define "negawatt.untestable" -}}
{{- if and (include "negawatt.login" (dict "root" .)) (not (or .Values.test.existingSecret .Values.kafka.existingSecret)) -}}
neither test.existingSecret nor kafka.existingSecret names its user
{{- else -}}
{{- with (include "negawatt.worker" (dict "root" . "name" "kepco") | fromYaml).settings -}}
{{- if ne (index . "utc-offset" | default "+09:00") "+09:00" -}}
utc-offset is not +09:00
{{- else if le (index . "days-kept" | default 90 | int) (mul 7 $.Values.test.weeks | add 1 | int) -}}
days-kept does not reach back over test.weeks
{{- else if and (hasKey . "readings-deadline-min") (eq (index . "readings-deadline-min" | int) 0) -}}
readings-deadline-min is 0
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Every context, and what it reads. As YAML. */}}
{{- define "negawatt.inputs" -}}
{{- .Files.Get "files/contexts.yaml" -}}
{{- end -}}

{{/* The file of settings: (dict "root" . "worker" w). */}}
{{- define "negawatt.properties" -}}
bootstrap-servers={{ .root.Values.kafka.bootstrapServers }}
state-directory=/var/lib/negawatt
http-port=9464
membership={{ .worker.membership }}
{{- range $key, $value := .worker.settings }}
{{- /* Without quotes off is YAML's false. */}}
{{- if and (eq $key "mixed-versions") (kindIs "bool" $value) }}
{{ $key }}=off
{{- else }}
{{ $key }}={{ include "negawatt.text" $value }}
{{- end }}
{{- end }}
{{- range $property, $value := include "negawatt.kafka" (dict "root" .root "own" .worker.kafkaSettings) | fromYaml }}
kafka.{{ $property }}={{ include "negawatt.text" $value }}
{{- end }}
{{- end -}}
