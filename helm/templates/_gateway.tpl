{{- define "negawatt.gatewayName" -}}
{{ include "negawatt.fullname" . }}-gateway
{{- end -}}

{{/* The ports of the brokers that are named. As YAML. */}}
{{- define "negawatt.kafkaPorts" -}}
{{- $ports := .Values.networkPolicy.kafkaPorts -}}
{{- if not $ports -}}
{{- range splitList "," .Values.kafka.bootstrapServers -}}
{{- $ports = append $ports (splitList ":" . | last | int) -}}
{{- end -}}
{{- end -}}
{{- range uniq $ports }}
- {{ int . }}
{{- end }}
{{- end -}}

{{/* Where the issuer's keys come from, in parts: scheme, host and port. Empty where they come from a Secret. As YAML. */}}
{{- define "negawatt.keysURL" -}}
{{- with ((.Values.gateway).auth).keysUrl -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
scheme: {{ $url.scheme }}
host: {{ trimSuffix (printf ":%s" $port) $url.host | quote }}
port: {{ $port | default (ternary "443" "80" (eq $url.scheme "https")) }}
{{- end -}}
{{- end -}}

{{/* Fails with what cannot work. The values of the gateway, with the Secret of its user, as YAML. */}}
{{- define "negawatt.gateway" -}}
{{- if not (hasKey .Values.gateway "auth") -}}
{{- fail "the gateway's default values are missing: upgrade from a chart without a gateway with --reset-then-reuse-values, not --reuse-values" -}}
{{- end -}}
{{- $gateway := deepCopy .Values.gateway -}}
{{- $auth := $gateway.auth -}}
{{- $origins := index $gateway.settings "cors-origins" | default "" -}}
{{- $credentials := index $gateway.settings "cors-credentials" | default false -}}
{{- if eq $auth.mode "none" -}}
{{- if not $auth.insecure -}}
{{- fail "gateway.auth.mode none makes everyone who can reach the Service an operator: require tokens (jwt), or set gateway.auth.insecure=true" -}}
{{- end -}}
{{- range $key := list "issuer" "audience" "keysSecret" "keysUrl" "keysCaSecret" -}}
{{- if get $auth $key -}}
{{- fail (printf "gateway.auth.mode is none, which requires no tokens: leave gateway.auth.%s out, or set gateway.auth.mode=jwt" $key) -}}
{{- end -}}
{{- end -}}
{{- if eq $origins "*" -}}
{{- fail "gateway.settings.cors-origins * and gateway.auth.mode none would make every web page an operator: name the origins" -}}
{{- end -}}
{{- else -}}
{{- range $key := list "issuer" "audience" -}}
{{- if not (get $auth $key) -}}
{{- $what := get (dict "issuer" "the required iss of tokens, such as https://id.example.com" "audience" "the required aud of tokens, such as negawatt") $key -}}
{{- fail (printf "gateway.auth.%s is required: %s (or, to try it out, set gateway.auth.mode=none and gateway.auth.insecure=true)" $key $what) -}}
{{- end -}}
{{- end -}}
{{- if and $auth.keysSecret $auth.keysUrl -}}
{{- fail "gateway.auth.keysSecret and gateway.auth.keysUrl are both given: leave one out" -}}
{{- else if not (or $auth.keysSecret $auth.keysUrl) -}}
{{- fail "gateway.auth.keysUrl is required, the URL of the issuer's keys (a JWK Set), or gateway.auth.keysSecret, a Secret with the keys in jwks.json" -}}
{{- end -}}
{{- if and $auth.keysCaSecret (not $auth.keysUrl) -}}
{{- fail "gateway.auth.keysCaSecret is the CA for gateway.auth.keysUrl, which is not given" -}}
{{- end -}}
{{- with include "negawatt.keysURL" . | fromYaml -}}
{{- if and (eq .scheme "http") (not $auth.insecure) (not (regexMatch "^(localhost|127[.][0-9.]+|\\[::1\\])$" .host)) -}}
{{- fail "gateway.auth.keysUrl must begin with https://: anyone who can change the keys in transit can make valid tokens (or set gateway.auth.insecure=true)" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $gateway.tls.existingSecret -}}
{{- range $way := list "httpRoute" "istio" -}}
{{- if (get $gateway $way).enabled -}}
{{- fail (printf "gateway.tls.existingSecret makes the pods serve HTTPS, which gateway.%s does not speak to them: leave one out" $way) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $credentials -}}
{{- if not $origins -}}
{{- fail "gateway.settings.cors-credentials needs gateway.settings.cors-origins: the origins that may send cookies" -}}
{{- else if eq $origins "*" -}}
{{- fail "gateway.settings.cors-origins * and cors-credentials would let any page act for its visitors: name the origins" -}}
{{- end -}}
{{- end -}}
{{- if lt (int $gateway.terminationGracePeriodSeconds) (add $gateway.preStopSeconds 10 | int) -}}
{{- fail (printf "gateway.terminationGracePeriodSeconds is %d, too little for gateway.preStopSeconds=%d and the 10 s that the gateway takes to stop" (int $gateway.terminationGracePeriodSeconds) (int $gateway.preStopSeconds)) -}}
{{- end -}}
{{- with (($gateway.resources).limits).memory -}}
{{- $cache := index $gateway.settings "gateway-cache-mib" | default 64 | int -}}
{{- if lt (include "negawatt.bytes" . | int64) (add $cache 256 | mul 1048576) -}}
{{- fail (printf "gateway.resources.limits.memory is %v, too little for settings.gateway-cache-mib=%d and the 256 MiB that it takes in addition while the view is built" . $cache) -}}
{{- end -}}
{{- end -}}
{{- with $gateway.autoscaling -}}
{{- if .enabled -}}
{{- if gt (int .minReplicas) (int .maxReplicas) -}}
{{- fail (printf "gateway.autoscaling.minReplicas is %d, above maxReplicas=%d" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if not ((($gateway.resources).requests).cpu) -}}
{{- fail "gateway.autoscaling needs gateway.resources.requests.cpu, which is not given" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $gateway.httpRoute -}}
{{- if .enabled -}}
{{- if not ($.Capabilities.APIVersions.Has "gateway.networking.k8s.io/v1/HTTPRoute") -}}
{{- fail "gateway.httpRoute.enabled needs the Gateway API: this cluster does not know gateway.networking.k8s.io/v1 HTTPRoute" -}}
{{- end -}}
{{- if not .parentRefs -}}
{{- fail "gateway.httpRoute.parentRefs is required: the Gateway that the route is of, such as [{name: public, namespace: gateways}]" -}}
{{- end -}}
{{- range .parentRefs -}}
{{- if not .name -}}
{{- fail "each of gateway.httpRoute.parentRefs needs the name of a Gateway" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $gateway.istio -}}
{{- if .enabled -}}
{{- range $kind := list "DestinationRule" "VirtualService" -}}
{{- if not ($.Capabilities.APIVersions.Has (printf "networking.istio.io/v1/%s" $kind)) -}}
{{- fail (printf "gateway.istio.enabled needs Istio 1.22 or later: this cluster does not know networking.istio.io/v1 %s" $kind) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "reads" "commands" -}}
{{- with index $gateway.istio $name -}}
{{- $least := mul (add (int .attempts) 1) (int .perTryTimeoutSeconds) -}}
{{- if lt (int .timeoutSeconds) (int $least) -}}
{{- fail (printf "gateway.istio.%s.timeoutSeconds is %d, too little for one try and attempts=%d retries of perTryTimeoutSeconds=%d each: %d" $name (int .timeoutSeconds) (int .attempts) (int .perTryTimeoutSeconds) (int $least)) -}}
{{- end -}}
{{- if and (gt (int .attempts) 0) (not .retryOn) -}}
{{- fail (printf "gateway.istio.%s.retryOn is required: without it Istio retries by a rule of its own, in which a 500 is none" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $reason := splitList "," .commands.retryOn -}}
{{- if not (has $reason (list "" "connect-failure" "refused-stream")) -}}
{{- fail (printf "gateway.istio.commands.retryOn has %q: a command that reached the gateway may have taken effect, so only connect-failure and refused-stream may be retried" $reason) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set $gateway "existingSecret" (default .Values.kafka.existingSecret $gateway.existingSecret) -}}
{{- toYaml $gateway -}}
{{- end -}}

{{/* Its file of settings: (dict "root" . "gateway" g). */}}
{{- define "negawatt.gatewayProperties" -}}
{{- $auth := .gateway.auth -}}
bootstrap-servers={{ .root.Values.kafka.bootstrapServers }}
state-directory=/var/lib/negawatt
gateway-port=8080
{{- if .gateway.tls.existingSecret }}
tls-certificate=/etc/negawatt-gateway-tls/tls.crt
tls-key=/etc/negawatt-gateway-tls/tls.key
{{- end }}
{{- if ((.root.Values.notify).answerLinks).url }}
answer-link-key-file=/etc/negawatt-answer-links/keys
{{- end }}
http-port=9464
trust-proxy={{ .gateway.trustProxy }}
auth={{ $auth.mode }}
{{- /* A flag: whatever is said of it, it is set. */}}
{{- if $auth.insecure }}
insecure=true
{{- end }}
{{- if eq $auth.mode "jwt" }}
auth-issuer={{ $auth.issuer }}
auth-audience={{ $auth.audience }}
auth-name-claim={{ $auth.nameClaim }}
auth-roles-claim={{ $auth.rolesClaim }}
auth-customer-claim={{ $auth.customerClaim }}
{{- if $auth.keysSecret }}
auth-keys-file=/etc/negawatt-keys/jwks.json
{{- else }}
auth-keys-url={{ $auth.keysUrl }}
{{- if $auth.keysCaSecret }}
auth-keys-ca-file=/etc/negawatt-keys-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $value := .gateway.settings }}
{{ $key }}={{ include "negawatt.text" $value }}
{{- end }}
{{- range $property, $value := include "negawatt.kafka" (dict "root" .root "own" .gateway.kafkaSettings) | fromYaml }}
kafka.{{ $property }}={{ include "negawatt.text" $value }}
{{- end }}
{{- end -}}
