# Runs in a pod: asks zenvoy-proxy for zenvoy-echo, each request by a connection of its own, and says what became of them.
#   SECONDS_TO_RUN  for how long
#   PAUSES          what is slept between two requests, in turn
read -ra pauses <<<"$PAUSES"
sent=0
lost=0
while ((SECONDS < SECONDS_TO_RUN)); do
  sent=$((sent + 1))
  line=
  begun=$SECONDS
  if exec 3<>/dev/tcp/zenvoy-proxy/10000; then
    printf 'GET /load/%d HTTP/1.1\r\nHost: zenvoy-echo\r\nConnection: close\r\n\r\n' "$sent" >&3
    read -r -t 60 line <&3
    grep -q "GET /load/$sent HTTP/1.1" <&3 || line="cut off after: ${line% 200 *}"
    exec 3>&- 3<&-
  fi
  if [[ $line != *" 200 "* ]]; then
    lost=$((lost + 1))
    echo "request $sent after $((SECONDS - begun)) s: ${line:-no answer}"
  fi
  sleep "${pauses[sent % ${#pauses[@]}]}"
done
echo "sent $sent, lost $lost"
