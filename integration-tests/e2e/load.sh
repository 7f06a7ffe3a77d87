# Runs in a pod: clients ask zenvoy-proxy for zenvoy-echo, each request by a connection of its own. What went wrong has a line of
# its own, "refused" if there was no connection and "cut" if there was one; the last line counts.
#   CLIENTS         how many ask at a time; they keep the same times
#   SECONDS_TO_RUN  for how long
#   PAUSES          milliseconds from the beginning of a client's request to the next one's, in turn; a late answer delays no later request
read -ra pauses <<<"$PAUSES"
trap '' PIPE

micros() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

# ask PATH: what went wrong, nothing if it was answered.
ask() {
  local line=
  exec 3<>/dev/tcp/zenvoy-proxy/10000 || { echo refused; return; }
  printf 'GET %s HTTP/1.1\r\nHost: zenvoy-echo\r\nConnection: close\r\n\r\n' "$1" >&3
  read -r -t 60 line <&3
  if [[ $line != *" 200 "* ]]; then
    echo "cut: ${line:-no answer}"
  elif ! grep -q "GET $1 HTTP/1.1" <&3; then
    echo "cut: in the midst of the answer"
  fi
  exec 3>&- 3<&-
}

# client NUMBER: a line for each request.
client() {
  local number=0 due begun wrong left
  due=$(micros)
  while ((SECONDS < SECONDS_TO_RUN)); do
    begun=$(micros)
    wrong=$(ask "/load/$1/$number")
    if [ -z "$wrong" ]; then
      echo answered
    else
      echo "${wrong%%:*} at $((begun / 1000)): request $number of client $1 after $((($(micros) - begun) / 1000)) ms${wrong#"${wrong%%:*}"}"
    fi
    due=$((due + ${pauses[number % ${#pauses[@]}]} * 1000))
    number=$((number + 1))
    left=$((due - $(micros)))
    if ((left > 0)); then sleep "$((left / 1000000)).$(printf '%06d' $((left % 1000000)))"; fi
  done
}

sent=0
lost=0
while read -r line; do
  sent=$((sent + 1))
  if [ "$line" != answered ]; then
    lost=$((lost + 1))
    echo "$line"
  fi
done < <(
  for ((client = 1; client <= CLIENTS; client++)); do client "$client" & done
  wait
)
echo "sent $sent, lost $lost"
