#!/bin/sh
# 在容器里运行 Mosquitto，并在设备账号文件变化时让它重新读取。
# Runs Mosquitto in a container and makes it read the device accounts again when their file has changed.
#
#   reload.sh SOURCE TARGET mosquitto -c /path/mosquitto.conf
#
# SOURCE: 后端写的账号文件（共享卷）。 The file that the backend writes, on a shared volume.
# TARGET: 配置中的 password_file，归代理所有。 `password_file` of the configuration, owned by the broker.
# 先写临时文件再改名：代理永远读不到半个文件。 Written beside and renamed: the broker never reads half a file.
set -eu

source_file=$1
target=$2
shift 2

mark() {
    cksum < "$source_file" 2> /dev/null || true
}

take_over() {
    umask 077
    cp "$source_file" "$target.new" || return 1
    if [ "$(id -u)" = 0 ] && id mosquitto > /dev/null 2>&1; then
        chown mosquitto: "$target.new"
    fi
    mv "$target.new" "$target"
}

until [ -s "$source_file" ]; do
    sleep 1
done
seen=$(mark)
take_over

"$@" &
broker=$!
trap 'kill -TERM "$broker" 2> /dev/null || true' TERM INT

while kill -0 "$broker" 2> /dev/null; do
    now=$(mark)
    if [ -n "$now" ] && [ "$now" != "$seen" ] && take_over; then
        seen=$now
        kill -HUP "$broker" || true
    fi
    # wait 在收到信号时返回，sleep 则不会。 `wait` returns on a signal, a bare `sleep` does not.
    sleep 1 &
    wait $! || true
done
wait "$broker"
