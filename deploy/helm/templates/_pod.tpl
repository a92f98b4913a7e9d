{{- define "coachvault.labels" -}}
app.kubernetes.io/name: coachvault
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "coachvault.image" -}}
image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end }}

{{- define "coachvault.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
imagePullSecrets: {{ toYaml .Values.image.pullSecrets | nindent 2 }}
volumes:
  - name: data
    emptyDir: {sizeLimit: 64Mi}
  - name: tmp
    emptyDir: {medium: Memory, sizeLimit: 64Mi}
  - name: keys
    secret: {secretName: {{ .Values.secrets.keys }}, defaultMode: 0400}
{{- if .Values.mediaClaim }}
  - name: media
    persistentVolumeClaim: {claimName: {{ .Values.mediaClaim }}}
{{- end }}
{{- end }}

{{- define "coachvault.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: data, mountPath: /var/lib/coachvault}
  - {name: tmp, mountPath: /tmp}
  - {name: keys, mountPath: /var/lib/coachvault/secrets, readOnly: true}
{{- if .Values.mediaClaim }}
  - {name: media, mountPath: /var/lib/coachvault/media}
{{- end }}
{{- end }}

{{- define "coachvault.env" -}}
- name: COACHVAULT_URL
  value: https://{{ .Values.host }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "coachvault.asked" -}}
port: 8000
httpHeaders:
  - {name: Host, value: {{ .Values.host }}}
  - {name: X-Forwarded-Proto, value: https}
{{- end }}
