{{/* What a value has to look like, in words: a schema would only show its pattern. Everything that does not fit is said at once. */}}

{{/* What is wrong with one of them goes to said.lines: (dict "said" s "at" name "value" v "fits" pattern "wanted" words). */}}
{{- define "negawatt.want" -}}
{{- $text := include "negawatt.text" (kindIs "invalid" .value | ternary "" .value) -}}
{{- if not (regexMatch .fits $text) -}}
{{- $_ := set .said "lines" (append .said.lines (printf "%s is %q: it must be %s" .at $text .wanted)) -}}
{{- end -}}
{{- end -}}

{{/* The name of an object, or nothing: (dict "said" s "at" name "value" v "of" words). */}}
{{- define "negawatt.wantName" -}}
{{- $wanted := printf "the name of %s: lower-case letters, digits, - and ., at most 253, a letter or digit first and last" .of -}}
{{- include "negawatt.want" (dict "said" .said "at" .at "value" .value "fits" "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$" "wanted" $wanted) -}}
{{- end -}}

{{/* The brokers' addresses: (dict "said" s "value" v). */}}
{{- define "negawatt.wantServers" -}}
{{- $said := .said -}}
{{- $at := "kafka.bootstrapServers" -}}
{{- $right := "HOST:PORT, such as kafka-0:9092 or [2001:db8::1]:9092, or several, separated by commas" -}}
{{- if not .value -}}
{{- $_ := set $said "lines" (append $said.lines (printf "%s is required: %s" $at $right)) -}}
{{- else -}}
{{- range $server := splitList "," .value -}}
{{- $port := splitList ":" $server | last -}}
{{- $wrong := "" -}}
{{- if regexMatch "[[:space:]]" $server -}}
{{- $wrong = "it has spaces" -}}
{{- else if not (regexMatch "^.+:[^:]*$" $server) -}}
{{- $wrong = "host or port is missing" -}}
{{- else if contains "://" $server -}}
{{- $wrong = "the protocol before :// belongs in kafka.settings, as security.protocol" -}}
{{- else if not (regexMatch "^[0-9]{1,5}$" $port) -}}
{{- $wrong = "the text after the last colon is not a port" -}}
{{- else if or (lt (atoi $port) 1) (gt (atoi $port) 65535) -}}
{{- $wrong = "a port is from 1 to 65535" -}}
{{- else if not (regexMatch "^(\\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[-A-Za-z0-9._]+)?\\]|[^][:/]+):[0-9]+$" $server) -}}
{{- $wrong = "an IPv6 address goes in brackets, and a host has no colon and no slash" -}}
{{- end -}}
{{- if $wrong -}}
{{- $_ := set $said "lines" (append $said.lines (printf "%s: %q is wrong: %s. It must be %s" $at $server $wrong $right)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Properties of librdkafka: (dict "said" s "at" name "value" map). */}}
{{- define "negawatt.wantKafka" -}}
{{- $said := .said -}}
{{- $own := list "transactional.id" "group.id" "group.instance.id" "enable.auto.commit" "enable.auto.offset.store" "isolation.level"
  "enable.idempotence" "partition.assignment.strategy" "auto.offset.reset" "group.protocol" -}}
{{- /* As isSecret in Sources/Kafka/Secrets.swift. */}}
{{- $secret := "password|secret|ssl[.]key[.]pem|jaas[.]config|oauthbearer[.]config" -}}
{{- range $name, $value := .value -}}
{{- $line := "" -}}
{{- if has $name (list "bootstrap.servers" "metadata.broker.list") -}}
{{- $line = printf "%s.%s: the brokers belong in kafka.bootstrapServers" $.at $name -}}
{{- else if has $name $own -}}
{{- $line = printf "%s.%s: the daemons set it themselves: leave it out" $.at $name -}}
{{- else if regexMatch $secret $name -}}
{{- $line = printf "%s.%s: this is a secret, but settings are in a ConfigMap: put it into the Secret kafka.existingSecret, and name its key in kafka.secretSettings" $.at $name -}}
{{- else if not (regexMatch "^[a-z][a-z0-9._]*$" $name) -}}
{{- $line = printf "%s.%s: librdkafka properties do not look like this; an example is security.protocol" $.at $name -}}
{{- else if regexMatch "[\r\n]" (include "negawatt.text" $value) -}}
{{- $line = printf "%s.%s has several lines, but a setting has one: put a certificate into kafka.tls.existingSecret" $.at $name -}}
{{- else if and (eq $name "sasl.oauthbearer.token.endpoint.url") (not (regexMatch "^https?://([^][/:@?#[:space:]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?][^[:space:]]*)?$" (toString $value))) -}}
{{- $line = printf "%s.%s is %q: it must be an address, such as https://login.example.com/oauth2/token" $.at $name $value -}}
{{- end -}}
{{- if $line -}}
{{- $_ := set $said "lines" (append $said.lines $line) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the pods of a context and of the gateway may be told alike: (dict "said" s "at" name "own" map). */}}
{{- define "negawatt.wantPod" -}}
{{- $said := .said -}}
{{- $at := .at -}}
{{- range $kind, $quantities := .own.resources | default dict -}}
{{- range $name, $quantity := $quantities | default dict -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "%s.resources.%s.%s" $at $kind $name) "value" $quantity
  "fits" "^([0-9]+([.][0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?)?$" "wanted" "a quantity, such as 500m or 2 for cpu and 512Mi for memory") -}}
{{- end -}}
{{- end -}}
{{- range $key, $of := dict "existingSecret" "a Secret" "priorityClassName" "a PriorityClass" -}}
{{- include "negawatt.wantName" (dict "said" $said "at" (printf "%s.%s" $at $key) "value" (get $.own $key) "of" $of) -}}
{{- end -}}
{{- with .own.topologySpread -}}
{{- if hasKey . "topologyKey" -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "%s.topologySpread.topologyKey" $at) "value" .topologyKey "fits" "^[^[:space:]]+$"
  "wanted" "the key of a node's label, such as kubernetes.io/hostname") -}}
{{- end -}}
{{- end -}}
{{- range .own.extraEnv -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "a name in %s.extraEnv" $at) "value" .name "fits" "^[A-Za-z_][A-Za-z0-9_]*$"
  "wanted" "the name of a variable: letters, digits and _, no digit first") -}}
{{- end -}}
{{- range list "checksum/config" "checksum/channels" -}}
{{- if hasKey ($.own.podAnnotations | default dict) . -}}
{{- $_ := set $said "lines" (append $said.lines (printf "%s.podAnnotations.%s: the chart sets it itself, to restart pods when settings change: leave it out" $at .)) -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := .own.podLabels -}}
{{- if regexMatch "^(app[.]kubernetes[.]io/|helm[.]sh/|sidecar[.]istio[.]io/inject$)" $name -}}
{{- $_ := set $said "lines" (append $said.lines (printf "%s.podLabels.%s: the chart sets it itself, to select its pods: leave it out" $at $name)) -}}
{{- end -}}
{{- end -}}
{{- include "negawatt.wantKafka" (dict "said" $said "at" (printf "%s.kafkaSettings" $at) "value" .own.kafkaSettings) -}}
{{- end -}}

{{/* What workerDefaults and a context may hold: (dict "said" s "at" name "worker" map). */}}
{{- define "negawatt.wantWorker" -}}
{{- $said := .said -}}
{{- $at := .at -}}
{{- $storage := .worker.storage | default dict -}}
{{- include "negawatt.wantPod" (dict "said" $said "at" $at "own" .worker) -}}
{{- with $storage.size -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "%s.storage.size" $at) "value" . "fits" "^[0-9]+([.][0-9]+)?(M|G|T|Ki|Mi|Gi|Ti)$"
  "wanted" "a size with its unit, M, G, T, Mi, Gi or Ti, such as 10Gi") -}}
{{- end -}}
{{- include "negawatt.wantName" (dict "said" $said "at" (printf "%s.storage.storageClassName" $at) "value" $storage.storageClassName "of" "a StorageClass") -}}
{{- with .worker.keda -}}
{{- include "negawatt.wantName" (dict "said" $said "at" (printf "%s.keda.authenticationRef" $at) "value" .authenticationRef "of" "a TriggerAuthentication") -}}
{{- end -}}
{{- $settings := .worker.settings | default dict -}}
{{- if hasKey $settings "points-per-wh" -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "%s.settings.points-per-wh" $at) "value" (index $settings "points-per-wh")
  "fits" "^(1000([.]0{1,3})?|[0-9]{1,3}([.][0-9]{1,3})?)$" "wanted" "a number from 0 to 1000 with at most three decimals") -}}
{{- end -}}
{{- if hasKey $settings "utc-offset" -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "%s.settings.utc-offset" $at) "value" (index $settings "utc-offset")
  "fits" "^[+-](0[0-9]|1[0-8]):(00|15|30|45)$" "wanted" "an offset of whole quarter hours, such as +09:00") -}}
{{- end -}}
{{- end -}}

{{/* What the gateway may hold: (dict "said" s "gateway" map). */}}
{{- define "negawatt.wantGateway" -}}
{{- $said := .said -}}
{{- include "negawatt.wantPod" (dict "said" $said "at" "gateway" "own" .gateway) -}}
{{- with .gateway.storage -}}
{{- include "negawatt.want" (dict "said" $said "at" "gateway.storage.sizeLimit" "value" .sizeLimit "fits" "^[0-9]+([.][0-9]+)?(M|G|T|Ki|Mi|Gi|Ti)$"
  "wanted" "a size with its unit, M, G, T, Mi, Gi or Ti, such as 4Gi") -}}
{{- end -}}
{{- range $key, $value := .gateway.auth -}}
{{- if hasSuffix "Secret" $key -}}
{{- include "negawatt.wantName" (dict "said" $said "at" (printf "gateway.auth.%s" $key) "value" $value "of" "a Secret") -}}
{{- else if hasSuffix "Claim" $key -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "gateway.auth.%s" $key) "value" $value "fits" "^[^[:space:]]+$"
  "wanted" "the name of a claim, such as sub, or where it is in the token, such as /realm_access/roles") -}}
{{- else if has $key (list "issuer" "audience") -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "gateway.auth.%s" $key) "value" $value "fits" "^([^[:space:]]+( [^[:space:]]+)*)?$"
  "wanted" "what stands in the tokens, on one line and without blanks around it") -}}
{{- else if eq $key "keysUrl" -}}
{{- include "negawatt.want" (dict "said" $said "at" "gateway.auth.keysUrl" "value" $value "fits" "^(https?://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?([/?]\\S*)?)?$"
  "wanted" "the address of a JWK Set, such as https://id.example.com/jwks.json") -}}
{{- end -}}
{{- end -}}
{{- with index (.gateway.settings | default dict) "cors-origins" -}}
{{- include "negawatt.want" (dict "said" $said "at" "gateway.settings.cors-origins" "value" .
  "fits" "^([*]|https?://[-a-z0-9._:\\[\\]]+(,https?://[-a-z0-9._:\\[\\]]+)*)$"
  "wanted" "* or origins, separated by commas, as browsers write them: https://HOST or https://HOST:PORT, in lower case, without a path") -}}
{{- end -}}
{{- with .gateway.tls -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "gateway.tls.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- end -}}
{{- with .gateway.ingress -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "gateway.ingress.className" "value" .className "of" "an IngressClass") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "gateway.ingress.tlsSecret" "value" .tlsSecret "of" "a Secret") -}}
{{- end -}}
{{- $hosts := dict "gateway.ingress.hosts" (.gateway.ingress | default dict).hosts "gateway.httpRoute.hostnames" (.gateway.httpRoute | default dict).hostnames -}}
{{- range $at, $names := $hosts -}}
{{- range $names -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "one of %s" $at) "value" . "fits" "^([*][.])?[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
  "wanted" "the name of a host, such as negawatt.example.com, without scheme and port") -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Fails with all that is wrong. The first thing in every file: what comes behind it may rest on it. */}}
{{- define "negawatt.words" -}}
{{- $said := dict "lines" list -}}
{{- with .Values.image -}}
{{- include "negawatt.want" (dict "said" $said "at" "image.repository" "value" .repository "fits" "^[a-z0-9][a-z0-9./:_-]*$"
  "wanted" "an image without its tag, such as registry.example/negawatt: lower-case letters, digits and . / : _ -") -}}
{{- include "negawatt.want" (dict "said" $said "at" "image.tag" "value" .tag "fits" "^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$"
  "wanted" "a tag: letters, digits and . _ -, at most 128, neither . nor - first") -}}
{{- include "negawatt.want" (dict "said" $said "at" "image.digest" "value" .digest "fits" "^(sha256:[0-9a-f]{64})?$"
  "wanted" "sha256: and 64 digits of 0 to 9 and a to f") -}}
{{- end -}}
{{- range .Values.imagePullSecrets -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "one of imagePullSecrets" "value" . "of" "a Secret") -}}
{{- end -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "nameOverride" "value" .Values.nameOverride "of" "an application") -}}
{{- include "negawatt.want" (dict "said" $said "at" "fullnameOverride" "value" .Values.fullnameOverride "fits" "^([a-z]([-a-z0-9]{0,251}[a-z0-9])?)?$"
  "wanted" "the name of a Service: lower-case letters, digits and -, a letter first and no - last") -}}
{{- with .Values.kafka -}}
{{- include "negawatt.wantServers" (dict "said" $said "value" .bootstrapServers) -}}
{{- include "negawatt.wantKafka" (dict "said" $said "at" "kafka.settings" "value" .settings) -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "kafka.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- range $property, $key := .secretSettings -}}
{{- include "negawatt.want" (dict "said" $said "at" "a name in kafka.secretSettings" "value" $property "fits" "^[a-z][a-z0-9.]*$"
  "wanted" "a property of librdkafka, such as sasl.username") -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "kafka.secretSettings.%s" $property) "value" $key "fits" "^[-._a-zA-Z0-9]+$"
  "wanted" "a key of the Secret: letters, digits and - . _") -}}
{{- end -}}
{{- with .tls -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "kafka.tls.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- end -}}
{{- end -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "topics.existingSecret" "value" .Values.topics.existingSecret "of" "a Secret") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "test.existingSecret" "value" .Values.test.existingSecret "of" "a Secret") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "serviceAccount.name" "value" .Values.serviceAccount.name "of" "a ServiceAccount") -}}
{{- with .Values.metrics.podMonitor -}}
{{- include "negawatt.want" (dict "said" $said "at" "metrics.podMonitor.interval" "value" .interval "fits" "^[0-9]+(ms|s|m)$"
  "wanted" "a time in ms, s or m, such as 15s") -}}
{{- end -}}
{{- include "negawatt.wantWorker" (dict "said" $said "at" "workerDefaults" "worker" .Values.workerDefaults) -}}
{{- $contexts := include "negawatt.inputs" . | fromYaml -}}
{{- range $name, $worker := .Values.workers -}}
{{- if not (hasKey $contexts $name) -}}
{{- $_ := set $said "lines" (append $said.lines (printf "workers.%s is not a context; the contexts are %s" $name (keys $contexts | sortAlpha | join ", "))) -}}
{{- end -}}
{{- include "negawatt.wantWorker" (dict "said" $said "at" (printf "workers.%s" $name) "worker" ($worker | default dict)) -}}
{{- end -}}
{{- with .Values.utility -}}
{{- include "negawatt.want" (dict "said" $said "at" "utility.url" "value" .url "fits" "^(https?://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[^\\s?#@]*)?)?$"
  "wanted" "the address of a utility's service, such as https://opm.kepco.co.kr/OpenAPI/getDayLpData.do, without a query or a user") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "utility.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "utility.caSecret" "value" .caSecret "of" "a Secret") -}}
{{- if and .url (not .existingSecret) -}}
{{- $_ := set $said "lines" (append $said.lines "utility.url needs utility.existingSecret: the name of a Secret with the utility's key in key") -}}
{{- else if and (not .url) (or .existingSecret .caSecret) -}}
{{- $_ := set $said "lines" (append $said.lines "utility.existingSecret and utility.caSecret are for utility.url, which is not given") -}}
{{- end -}}
{{- end -}}
{{- $schemes := eq ((mergeOverwrite (deepCopy (.Values.workerDefaults.settings | default dict)) (deepCopy (((.Values.workers).notify).settings | default dict))) | dig "allow-private" "" | toString) "true" | ternary "https?" "https" -}}
{{- with .Values.notify -}}
{{- $names := list -}}
{{- range .channels -}}
{{- include "negawatt.want" (dict "said" $said "at" "the name of a channel in notify.channels" "value" .name "fits" "^[a-z][a-z0-9-]{0,19}$"
  "wanted" "lower-case letters, digits and -, at most 20, a letter first") -}}
{{- include "negawatt.want" (dict "said" $said "at" (printf "the url of %s in notify.channels" .name) "value" .url "fits" (printf "^%s://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[^\\s?#@]*)?$" $schemes)
  "wanted" "the address of a receiver, such as https://push.example.com/notices, without a query or a user; http takes workers.notify.settings.allow-private=true") -}}
{{- if has .name $names -}}
{{- $_ := set $said "lines" (append $said.lines (printf "notify.channels has %s twice" .name)) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "notify.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "notify.caSecret" "value" .caSecret "of" "a Secret") -}}
{{- if and .channels (not .existingSecret) -}}
{{- $_ := set $said "lines" (append $said.lines "notify.channels needs notify.existingSecret: the name of a Secret with each channel's key under its name") -}}
{{- else if and (not .channels) (or .existingSecret .caSecret .templates) -}}
{{- $_ := set $said "lines" (append $said.lines "notify.existingSecret, notify.caSecret and notify.templates are for notify.channels, which has none") -}}
{{- end -}}
{{- $channels := .channels -}}
{{- with .answerLinks -}}
{{- include "negawatt.want" (dict "said" $said "at" "notify.answerLinks.url" "value" .url "fits" (printf "^(%s://([^\\s/?#@:\\[\\]]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/[^\\s?#@]+)?$" $schemes)
  "wanted" "the gateway's page as customers reach it, such as https://dr.example.com/answer, without a query or a user; http takes workers.notify.settings.allow-private=true") -}}
{{- include "negawatt.wantName" (dict "said" $said "at" "notify.answerLinks.existingSecret" "value" .existingSecret "of" "a Secret") -}}
{{- if and .url (not .existingSecret) -}}
{{- $_ := set $said "lines" (append $said.lines "notify.answerLinks.url needs notify.answerLinks.existingSecret: the name of a Secret with the keys of links in keys") -}}
{{- else if and .existingSecret (not .url) -}}
{{- $_ := set $said "lines" (append $said.lines "notify.answerLinks.existingSecret is for notify.answerLinks.url, which is not given") -}}
{{- else if and .url (not $channels) -}}
{{- $_ := set $said "lines" (append $said.lines "notify.answerLinks is for notify.channels, which has none: nobody would get a link") -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "negawatt.wantGateway" (dict "said" $said "gateway" (.Values.gateway | default dict)) -}}
{{- with $said.lines -}}
{{- fail (printf "these values are not valid:\n- %s" (join "\n- " .)) -}}
{{- end -}}
{{- end -}}
