#!/bin/sh
# 把平台写的账号文件交给 Mosquitto，然后运行它。
# Hands Mosquitto the account files that the platform writes, then runs it.
#
#   start.sh once  SOURCE TARGET FILE... -- mosquitto -c CONF
#   start.sh watch SOURCE TARGET FILE... -- mosquitto -c CONF
#   start.sh MARK  SOURCE TARGET FILE... -- mosquitto -c CONF
#
# once:  复制一次，随后脚本就是 Mosquitto 本身。
#        Copies once and becomes Mosquitto.
# watch: 文件变化时重新启动 Mosquitto（密码和权限文件）。
#        Starts Mosquitto again when a file has changed (password and access files).
# MARK:  只在 SOURCE 中这个文件变化时重新启动（动态安全插件：平常由平台直接通知）。
#        Only when this file of SOURCE has changed (dynamic security: the platform tells it what changes).
#
# 从不发送 SIGHUP：2.0 系列重新读取配置时会断开磁盘上恢复的离线会话，再收到一次信号就可能崩溃。
# Never SIGHUP: on a reload Mosquitto 2.0 ends absent sessions that it has read from disk, and may crash at the next one.
#
# SOURCE、TARGET：目录。先写临时文件再改名：代理永远读不到半个文件。
# SOURCE, TARGET: folders. Written beside and renamed: the broker never reads half a file.
set -eu

way=$1
source_folder=$2
target_folder=$3
shift 3
files=""
while [ "$1" != "--" ]; do
    files="$files $1"
    shift
done
shift
umask 077

case $way in
    once | watch) watched=$files ;;
    *) watched=$way ;;
esac

mark() {
    # shellcheck disable=SC2086
    (cd "$source_folder" && cksum $watched 2> /dev/null) || true
}

take_over() {
    for name in $files; do
        cp "$source_folder/$name" "$target_folder/.$name.new" || return 1
        mv "$target_folder/.$name.new" "$target_folder/$name"
    done
}

for name in $files; do
    until [ -s "$source_folder/$name" ]; do
        sleep 1
    done
done
seen=$(mark)
take_over

if [ "$way" = once ]; then
    exec "$@"
fi

broker=
stop() {
    stopping=yes
    kill -TERM "$broker" 2> /dev/null || true
}
stopping=no
trap stop TERM INT
while [ "$stopping" = no ]; do
    "$@" &
    broker=$!
    [ "$stopping" = no ] || stop
    again=no
    while kill -0 "$broker" 2> /dev/null; do
        now=$(mark)
        if [ -n "$now" ] && [ "$now" != "$seen" ] && take_over; then
            seen=$now
            again=yes
            # 保存会话后退出。 It saves its sessions and ends.
            kill -TERM "$broker" || true
        fi
        # wait 在收到信号时返回，sleep 则不会。 `wait` returns on a signal, a bare `sleep` does not.
        sleep 1 &
        wait $! || true
    done
    code=0
    wait "$broker" || code=$?
    [ "$again" = yes ] || exit "$code"
done
exit 0
