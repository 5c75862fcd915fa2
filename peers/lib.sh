# shellcheck shell=bash
# Shared by the scripts of every peer; sourced, not run.
# Only the answer (an env file) goes to stdout: all else goes to stderr.

PEERS_CACHE=${FIREBREAK_PEERS_CACHE:-$HOME/.cache/firebreak-peers}

say() { echo "${PEER:-peer}: $*" >&2; }
die() { say "$*"; exit 1; }

# --- install ---------------------------------------------------------------

# One at a time: several suites may want the same peer on a machine that has none. The second waits, and finds the work done.
if [[ ${0##*/} == install ]]; then
  mkdir -p "$PEERS_CACHE"
  exec 9>"$PEERS_CACHE/.$PEER.lock"
  flock 9
fi

# apt_install PACKAGE...: Debian packages, by root only.
apt_install() {
  command -v apt-get >/dev/null || die "needs $*: install it by hand (this machine has no apt-get)"
  ((EUID == 0)) || die "needs $*: run as root 'apt-get install -y $*'"
  local apt=(apt-get -qq -y -o DPkg::Lock::Timeout=300)
  say "installing $*"
  {
    # The package lists of a fresh machine are empty or old, so a first failure says nothing.
    DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "$@" 2>/dev/null ||
      { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install --no-install-recommends "$@"; }
  } >&2 || die "apt-get could not install $*"
}

# unpack_debian NAME PACKAGE...: Debian packages taken apart into the cache, under
# NAME: installing one that is a service would also run it on a fixed port.
unpack_debian() {
  local name=$1 work
  shift
  [[ -d $PEERS_CACHE/$name ]] && return
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || die "needs Debian's $* (this machine has no apt-get)"
  mkdir -p "$PEERS_CACHE"
  work=$(mktemp -d "$PEERS_CACHE/.$name.XXXXXX")
  chmod 755 "$work" # apt-get lets another user write here, and complains when it cannot
  say "fetching Debian's $*"
  # The package lists of a fresh machine are empty or old, so a first failure says nothing.
  (cd "$work" && apt-get -qq download "$@") >&2 2>/dev/null ||
    { ((EUID == 0)) && apt-get -qq update >&2 && (cd "$work" && apt-get -qq download "$@") >&2; } ||
    { rm -rf "$work"; die "apt-get could not download $*"; }
  mkdir "$work/root"
  local package
  for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
  mv -T "$work/root" "$PEERS_CACHE/$name" 2>/dev/null || [[ -d $PEERS_CACHE/$name ]] || die "could not write $PEERS_CACHE/$name"
  rm -rf "$work"
}

# digest FILE...: one hash over contents, so that a cache knows when it is stale, and serves every clone of this repository.
digest() { for file; do sha256sum <"$file"; done | sha256sum | cut -c1-64; }

# at_least A B: version A >= version B.
at_least() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n1) == "$2" ]]; }

# need_go VERSION: afterwards `go` is that version or newer. A go that is too
# old fetches its successor through the module proxy; one from before that was
# invented (Debian 12 has 1.19) can still download it as an ordinary module.
need_go() {
  local want=$1 have
  export GOFLAGS=-buildvcs=false GOWORK=off CGO_ENABLED=0 # whatever the user has set for other work
  command -v go >/dev/null || apt_install golang-go
  have=$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
  at_least "$have" "$want" && return
  say "go $have is older than $want: fetching go $want through the module proxy"
  if at_least "$have" 1.21; then
    export GOTOOLCHAIN=go$want
    go version >/dev/null 2>&1 || die "go $have could not fetch go $want through the module proxy"
    return
  fi
  local module root=$PEERS_CACHE/go-$want
  module=golang.org/toolchain@v0.0.1-go$want.$(go env GOOS)-$(go env GOARCH)
  if [[ ! -x $root/bin/go ]]; then
    local work
    mkdir -p "$PEERS_CACHE"
    work=$(mktemp -d "$PEERS_CACHE/.go.XXXXXX")
    (cd "$work" && GOMODCACHE=$work/mod GOFLAGS=-modcacherw go mod download "$module") >&2 ||
      { rm -rf "$work"; die "go $have could not download $module"; }
    # A module archive holds neither execute bits nor a nested go.mod: put both back.
    chmod +x "$work/mod/$module"/bin/* "$work/mod/$module"/pkg/tool/*/*
    find "$work/mod/$module" -name _go.mod -execdir mv {} go.mod \;
    mv -T "$work/mod/$module" "$root" 2>/dev/null || [[ -x $root/bin/go ]] || die "could not write $root"
    rm -rf "$work"
  fi
  export PATH=$root/bin:$PATH GOROOT=$root GOTOOLCHAIN=local
}

# --- start and stop --------------------------------------------------------

# free_port: a loopback port that nobody listens on now. Below the range that
# the kernel hands to outgoing connections. The caller retries if it loses a race.
free_port() {
  local port
  for _ in {1..200}; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  die "no free port"
}

# started_at PID: when that process began; with the pid it names one process for
# good. Nothing for one that has ended, even if nobody has reaped it yet.
started_at() { sed -n 's/.*) //; /^Z/d; p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# launch DIR NAME COMMAND...: run in the background, in a session of its own,
# holding none of our files, with its log and its pid under DIR.
launch() {
  local dir=$1 name=$2
  shift 2
  setsid "$@" </dev/null >"$dir/$name.log" 2>&1 9>&- &
  LAUNCHED=$!
  echo "$name $LAUNCHED $(started_at "$LAUNCHED")" >>"$dir/pids"
}

# await PID COMMAND...: until the command says yes. No when the process has ended first, or after five minutes: a server that
# takes a second alone takes most of one minute when every suite starts its own at the same time.
await() {
  local pid=$1 end=$((SECONDS + 300))
  shift
  while kill -0 "$pid" 2>/dev/null && ((SECONDS < end)); do
    # Asked again afterwards: what answered may be another's server on the port that ours did not get.
    "$@" && kill -0 "$pid" 2>/dev/null && return
    sleep 0.05
  done
  return 1
}

# listens PORT: does somebody there take connections?
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# answers PORT PATH [STATUS]: does a web server there answer that path, with any status or with one that begins so? curl is not everywhere.
answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3 && head -n 1 <&3 | grep -q "^HTTP/1.* ${3:-}") 2>/dev/null
}

# is_running PID STARTED: is it still the process that we started?
is_running() { [[ -n $2 && $(started_at "$1") == "$2" ]]; }

# all_running DIR: does everything that we started there still run?
all_running() {
  local name pid started
  while read -r name pid started; do
    is_running "$pid" "$started" || { say "$name is not running"; return 1; }
  done <"$1/pids"
}

# any_running DIR: does anything that we started there still run?
any_running() {
  local name pid started
  [[ -e $1/pids ]] || return 1
  while read -r name pid started; do
    is_running "$pid" "$started" && return
  done <"$1/pids"
  return 1
}

# stop_all DIR [SIGNAL]: one after the other, last started first, because a
# server whose store went away first does not end well. Ask, wait, then insist.
stop_all() {
  local name pid started
  [[ -e $1/pids ]] || return 0
  while read -r name pid started; do
    for ((tenths = 0; tenths < 80; tenths++)); do
      is_running "$pid" "$started" || continue 2
      if ((tenths == 0)); then kill "-${2:-TERM}" "$pid" 2>/dev/null || true; fi
      sleep 0.1
    done
    say "$name still runs after 8 s: killing it"
    kill -KILL "$pid" 2>/dev/null || true
  done < <(tac "$1/pids")
}

# --- Python -----------------------------------------------------------------

# python_environment HOME REQUIREMENTS [OPTION...]: a virtual environment with exactly these
# versions, wheels only: nothing of a stranger's is built or run to install it.
python_environment() {
  [[ -x $1/bin/pip && -e $1/complete ]] && return
  command -v python3 >/dev/null || apt_install python3 python3-venv
  python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install python3-venv
  say "installing $(basename "$1")"
  rm -rf "$1"
  mkdir -p "$PEERS_CACHE"
  {
    python3 -m venv "$1" &&
      "$1/bin/pip" install --quiet --disable-pip-version-check --no-input --only-binary :all: -r "$2" "${@:3}"
  } >&2 || die "pip could not install what $2 names"
  touch "$1/complete"
}
