# The part of ./run about example/databases, which sources this file: real databases that sleep, asked by their own clients.

database_manifests=$here/../../example/databases
postgres_claim=data-zenvoy-postgres-0
made_volume=
volume=zenvoy-e2e-$namespace   # the PersistentVolume, and its folder in /var/tmp of a node

# --- what it asks the cluster -------------------------------------------------------------------------------------------------

sleeps() {
  [ "$("${kubectl[@]}" get "$1" --output=jsonpath='{.spec.replicas}')" = 0 ] && [ -z "$(pods "${1#*/}")" ]
}

postgres_sleeps() { sleeps statefulset/zenvoy-postgres; }

redis_sleeps() { sleeps deployment/zenvoy-redis; }

is_bound() { [ "$("${kubectl[@]}" get persistentvolumeclaim "$1" --output=jsonpath='{.status.phase}')" = Bound ]; }

has_default_storage_class() {
  "${kubectl[@]}" get storageclasses \
    --output=jsonpath='{range .items[*]}{.metadata.annotations.storageclass\.kubernetes\.io/is-default-class}{"\n"}{end}' | grep -qx true
}

hostname_of() { "${kubectl[@]}" get node "$1" --output=jsonpath='{.metadata.labels.kubernetes\.io/hostname}'; }

# Where nobody provides volumes: a folder of a node, which a pod makes and, at the end, removes.
make_volume() {
  local node
  ! has_default_storage_class || { echo "figure: the cluster's StorageClass provides it"; return 0; }
  made_volume=1
  # Of a run that kept everything.
  "${kubectl[@]}" delete --ignore-not-found --timeout=60s persistentvolume "$volume" &&
    "${kubectl[@]}" delete --ignore-not-found --timeout=60s pod e2e-volume || return 1
  "${kubectl[@]}" apply --filename=- <<MANIFEST && "${kubectl[@]}" wait pod e2e-volume --for=condition=Ready --timeout=60s || return 1
apiVersion: v1
kind: Pod
metadata:
  name: e2e-volume
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: folder
      image: $(sed -n 's/.*image: //p' "$database_manifests/postgres.yaml")
      imagePullPolicy: IfNotPresent
      command: [sh, -c, "rm -rf /node/$volume && mkdir -m 0777 /node/$volume && touch /tmp/made && exec sleep 86400"]
      readinessProbe:
        exec: {command: [test, -e, /tmp/made]}
        periodSeconds: 1
      securityContext: {runAsUser: 0, runAsGroup: 0}
      volumeMounts:
        - {name: node, mountPath: /node}
  volumes:
    - {name: node, hostPath: {path: /var/tmp}}
MANIFEST
  node=$("${kubectl[@]}" get pod e2e-volume --output=jsonpath='{.spec.nodeName}') || return 1
  "${kubectl[@]}" apply --filename=- <<MANIFEST
apiVersion: v1
kind: PersistentVolume
metadata:
  name: $volume
spec:
  capacity: {storage: 1Gi}
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  claimRef: {namespace: $namespace, name: $postgres_claim}
  hostPath: {path: /var/tmp/$volume, type: Directory}
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: ["$(hostname_of "$node")"]}]
MANIFEST
}

remove_databases() {
  "${kubectl[@]}" delete --ignore-not-found --timeout=90s --filename="$database_manifests"
  "${kubectl[@]}" delete --ignore-not-found resourcequota e2e-no-more-pods
  "${kubectl[@]}" wait pod zenvoy-postgres-0 --for=delete --timeout=90s 2>/dev/null
  "${kubectl[@]}" delete --ignore-not-found --timeout=90s persistentvolumeclaim "$postgres_claim"
  [ -n "$made_volume" ] || return 0
  "${kubectl[@]}" delete --ignore-not-found --timeout=90s persistentvolume "$volume"
  "${kubectl[@]}" exec e2e-volume -- rm -rf "/node/$volume"
  "${kubectl[@]}" delete --ignore-not-found pod e2e-volume
}

open_ports() {
  "${kubectl[@]}" patch service zenvoy-proxy --patch='{"spec": {"ports": [{"name": "postgres", "port": 5432}, {"name": "redis", "port": 6379}]}}'
}

# annotate SERVICE ANNOTATION...: those that end with "-" are removed.
annotate() { "${kubectl[@]}" annotate --overwrite service "$@"; }

# no_more_pods COMMAND...: what it makes of a cluster that has no room for another pod.
no_more_pods() {
  local result=0
  "${kubectl[@]}" create quota e2e-no-more-pods --hard=pods=0 && until_true 30 quota_counts e2e-no-more-pods || return 1
  "$@" || result=1
  "${kubectl[@]}" delete resourcequota e2e-no-more-pods && return "$result"
}

# --- what it asks the databases -----------------------------------------------------------------------------------------------

# by_postgres PROGRAM [OPTION...]: a client of PostgreSQL's, through zenvoy-proxy.
by_postgres() {
  PGPASSWORD=$postgres_password PGHOST=127.0.0.1 PGPORT=$postgres_entrance PGUSER=postgres timeout 120 "$@"
}

# sql STATEMENTS
sql() { by_postgres psql --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --command="$1"; }

# sql_says ANSWER STATEMENTS
sql_says() {
  local answer
  answer=$(sql "$2") && [ "$answer" = "$1" ] || { echo "$answer (expected: $1)"; return 1; }
}

# transacts COUNT_BEFORE OPTION...: pgbench's transactions are in its history, all of them.
transacts() {
  local before=$1 processed
  shift
  by_postgres pgbench "$@" | tee "$work/pgbench" || return 1
  processed=$(sed -n 's|^number of transactions actually processed: \([0-9]*\).*|\1|p' "$work/pgbench")
  sed -n 's/^\(initial connection time\|average connection time\|tps\)/figure: &/p' "$work/pgbench"
  [ "${processed:-0}" -gt 0 ] && ! grep -q '^number of failed transactions: [1-9]' "$work/pgbench" || return 1
  sql_says "$((before + processed))" "select count(*) from pgbench_history"
}

# A session that says nothing for three quiet windows has the same pod at its end, and the same process of it.
silent_session() {
  local pod answers
  sql "select 1" && pod=$(pods zenvoy-postgres) && [ -n "$pod" ] || return 1
  answers=$({ echo "select pg_backend_pid();"; sleep 17; echo "select pg_backend_pid();"; } |
    by_postgres psql --no-psqlrc --quiet --no-align --tuples-only)
  [ "$(sort -u <<<"$answers" | grep -c '^[0-9]')/$(wc -l <<<"$answers")" = 1/2 ] && [ "$(pods zenvoy-postgres)" = "$pod" ] ||
    { echo "$answers"; return 1; }
}

# One that is silent for longer than the Service allows is closed, and its database sleeps meanwhile.
idle_session() {
  local session=0
  : >"$work/session"
  { echo "select 'open';"; until_true 60 grep -q open "$work/session" && until_true 60 postgres_sleeps && echo "select 'still open';"; } |
    by_postgres psql --no-psqlrc --quiet --no-align --tuples-only >"$work/session" 2>&1 || session=$?
  cat "$work/session"
  [ "$session" = 2 ] && [ "$(head -n 1 "$work/session")" = open ] && ! grep -q still "$work/session" && postgres_sleeps
}

# Clients come about as long after each other as it takes to be put to sleep, so that some do in the instant of the scale-down; each
# transaction has a connection of its own.
transacts_over_sleeps() {
  local before=0 after=0 count pause
  count=$(sql "select count(*) from pgbench_history") && count_sleeps before || return 1
  for pause in 6.6 8.6 7.0 7.6 6.3 8.1 7.3 6.8 7.8 9.0; do
    sleep "$pause"
    transacts "$count" --no-vacuum --connect --client=4 --jobs=4 --transactions=5 >"$work/burst" || { cat "$work/burst"; return 1; }
    count=$((count + 20))
  done
  count_sleeps after || return 1
  echo "figure: slept $((after - before)) times meanwhile"
  [ "$after" -gt "$before" ]
}

# told_by WORDS COMMAND...: the client fails, and has read these words.
told_by() {
  local words=$1 output
  shift
  output=$("$@" 2>&1)
  sed 's/^/figure: /' <<<"$output"
  [[ $output == *"$words"* ]]
}

by_redis() { timeout 120 redis-cli -h 127.0.0.1 -p "$redis_entrance" "$@"; }

# redis_says ANSWER COMMAND...
redis_says() {
  local expected=$1 answer
  shift
  answer=$(by_redis "$@") && [ "$answer" = "$expected" ] || { echo "$answer (expected: $expected)"; return 1; }
}

sets_and_gets() { redis_says OK set greeting hello && redis_says hello get greeting && redis_says 1 incr counter; }

# --- what is tried ------------------------------------------------------------------------------------------------------------

databases() {
  say "databases"
  must "there is a volume for PostgreSQL" make_volume
  must "the manifests are accepted" "${kubectl[@]}" apply --filename="$database_manifests"
  local port
  for port in postgres:5432 redis:6379; do
    check "an Event tells that zenvoy-proxy leads nobody to ${port%:*}" until_true 20 warned "zenvoy-${port%:*}" \
      "leads nobody to the listener port ${port#*:}"
  done
  must "the Service zenvoy-proxy is given their ports" open_ports
  must "PostgreSQL and Redis come up once, and sleep" come_up_and_sleep
  postgres_password=$("${kubectl[@]}" get secret zenvoy-postgres --output=jsonpath='{.data.password}' | base64 --decode)
  must "they are reachable from here" forward_databases
  about_postgres
  about_redis
  check "clients of a workload that can't have a pod read why" denied_databases
  check "nothing of zenvoy's restarted" no_restarts
}

come_up_and_sleep() {
  until_true 120 is_bound "$postgres_claim" &&
    "${kubectl[@]}" rollout status statefulset/zenvoy-postgres --timeout=180s && rolled_out zenvoy-redis &&
    until_true 90 postgres_sleeps && until_true 90 redis_sleeps
}

forward_databases() { forward postgres_entrance service/zenvoy-proxy 5432 && forward redis_entrance service/zenvoy-proxy 6379; }

about_postgres() {
  check "psql wakes it and is answered" sql_says 42 "create table kept (n int); insert into kept values (42); select n from kept"
  check "it sleeps" until_true 60 postgres_sleeps
  check "pgbench wakes it and fills its tables" by_postgres pgbench --initialize --quiet
  check "it sleeps again" until_true 60 postgres_sleeps
  check "pgbench wakes it: no transaction is lost" transacts 0 --client=4 --transactions=250
  check "it sleeps for the third time" until_true 60 postgres_sleeps
  check "eight clients of pgbench that come cold are all served, and add to what was there" \
    transacts 1000 --no-vacuum --client=8 --transactions=250
  check "no transaction is lost in the instant of the scale-down, and it does sleep" transacts_over_sleeps
  check "it has slept, and has what psql wrote before the first sleep" kept_over_sleeps
  check "a session that is silent for three quiet windows keeps it awake" silent_session
  check "its Service begins to limit how long sessions may be silent" annotate zenvoy-postgres zenvoy.io/idle-connections=3s
  check "it sleeps when the session has ended" until_true 60 postgres_sleeps
  check "a session that is silent for longer is closed, and it sleeps" idle_session
}

kept_over_sleeps() { until_true 60 postgres_sleeps && sql_says 42 "select n from kept"; }

about_redis() {
  check "redis-cli wakes Redis: SET, GET, INCR" sets_and_gets
  check "it sleeps" until_true 60 redis_sleeps
  check "it wakes again, an empty cache" redis_says 1 incr counter
}

# A quota is a verdict at once for a Deployment; for a StatefulSet the time runs out.
denied_databases() {
  annotate zenvoy-postgres zenvoy.io/wake-timeout=5s zenvoy.io/idle-connections- &&
    until_true 60 postgres_sleeps && until_true 60 redis_sleeps &&
    no_more_pods denied_clients &&
    annotate zenvoy-postgres zenvoy.io/wake-timeout=3m &&
    sql_says 42 "select n from kept" && redis_says PONG ping
}

denied_clients() {
  told_by "FATAL:  zenvoy: zenvoy-postgres is not available: not ready after 5s: 0 of 1 pods made" sql "select 1" &&
    told_by "LOADING zenvoy: zenvoy-redis is not available: " by_redis ping
}
