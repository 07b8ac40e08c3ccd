"""The words of `./care`: key → (zh-CN, English). A pair, so that neither language can be forgotten."""

from __future__ import annotations

CATALOGUE: dict[str, tuple[str, str]] = {
    # help
    "help": (
        "养老一键呼叫平台。从 ./care up 开始。\n\n"
        "退出码：0 成功，1 失败，2 用法或设置有误，3 缺少组件，4 冲突（已在运行或端口被占用），"
        "5 系统无应答，130 被中断。",
        "One-touch alarm platform for elderly care. Start with ./care up.\n\n"
        "Exit codes: 0 done, 1 failed, 2 wrong usage or setting, 3 something is missing, 4 conflict (already running, "
        "or a port is taken), 5 the system does not answer, 130 interrupted.",
    ),
    "help_up": ("安装并启动全部程序，直到 Ctrl-C。", "Set up and start everything; runs until Ctrl-C."),
    "help_device": ("设备登记。", "Devices."),
    "help_device_add": (
        "登记设备并显示其账号；不带选项时为它新建一户人家。",
        "Enrol devices and print their credentials; without options each gets a new home.",
    ),
    "help_demo": ("演示区：虚构的海岛区。", "The demo district: an invented island."),
    "help_demo_load": (
        "载入演示区：2,000 户、90 天历史；可随时中断再继续。",
        "Load the demo district: 2,000 homes, 90 days of history; may be broken off and called again.",
    ),
    "help_demo_wipe": ("清除演示区的一切，其余不动。", "Wipe everything of the demo district, and nothing else."),
    "help_demo_show": (
        "演示区的实际数字与目标对照。",
        "What the demo district is like, beside what it is meant to be.",
    ),
    "opt_seed": ("种子：相同的种子得到相同的演示区。", "The seed: the same one makes the same district."),
    "opt_homes": ("户数。", "How many homes."),
    "help_tls": ("证书。", "Certificates."),
    "help_tls_show": (
        "显示证书机构、服务器证书及其有效期。",
        "Show the authority, the broker's certificate, and until when they last.",
    ),
    "help_tls_rotate": (
        "新建证书机构；旧的继续有效，设备可慢慢换。运行中的系统会自动采用。",
        "Make a new authority; the one before stays trusted while devices change over. A running system takes it over.",
    ),
    "help_tls_forget": (
        "不再信任旧的证书机构（全部设备已更换之后，或旧机构已泄露时）。",
        "Trust the authority before no more: when all devices have changed over, or it has leaked.",
    ),
    "help_tls_issue": (
        "为设备签发客户端证书（密钥与证书在同一文件，权限 0600）。",
        "Issue a client certificate for a device: key and certificate in one file of mode 0600.",
    ),
    "help_device_import": (
        "从 CSV 或 XLSX 登记设备：全部导入，或逐行说明哪里有误。同一文件再次导入不会有任何改变。",
        "Enrol devices from CSV or XLSX: all of them, or row by row what is wrong. The same file again: nothing.",
    ),
    "help_telemetry": ("遥测数据。", "Telemetry."),
    "help_telemetry_migrate": (
        "把本机的遥测读数复制到 InfluxDB，并逐条序列核对数量；中断后再次执行即从断点继续。\n\n"
        "退出码：0 全部到达，1 有缺少（再次执行会重新复制），2 设置有误，3 缺少令牌，5 InfluxDB 无应答（可继续）。",
        "Copy the readings of this machine into InfluxDB and compare the counts of every series; broken off, it goes "
        "on where it stood when called again.\n\n"
        "Exit codes: 0 all of it has arrived, 1 something is missing (another call copies it again), 2 wrong settings, "
        "3 no token, 5 InfluxDB does not answer (call again).",
    ),
    "help_gateway": ("运行网关程序（参数原样传递）。", "Run the gateway program; arguments are passed on."),
    "help_staff": (
        "账号：add、list、reset-password、reset-otp、disable、enable、revoke（参数原样传递给后端）。",
        "Accounts: add, list, reset-password, reset-otp, disable, enable, revoke (arguments go to the backend).",
    ),
    "help_backend": ("运行后端程序（参数原样传递）。", "Run the backend program; arguments are passed on."),
    "help_sim": (
        "运行模拟器程序（参数原样传递），例如 ./care sim press --any。",
        "Run the simulator program; arguments are passed on, e.g. ./care sim press --any.",
    ),
    "help_check": (
        "静态检查和单元测试，一分钟内完成。",
        "Static checks and unit tests, in under a minute.",
    ),
    "help_test": (
        "安装测试所需并运行全部测试；其余参数传给 pytest。",
        "Install what the tests need and run them all; further arguments go to pytest.",
    ),
    "help_doctor": ("检查缺少或出错之处，并说明如何处理。", "Say what is missing or wrong, and how to mend it."),
    "help_audit": (
        "查询所用软件包的已知漏洞。退出码：0 没有，1 有，5 无处可查。",
        "Ask for known weaknesses of the packages in use. Exit codes: 0 none, 1 some, 5 nobody could be asked.",
    ),
    "help_sbom": ("生成软件物料清单（CycloneDX）。", "Write the bill of materials (CycloneDX)."),
    "opt_sbom_folder": ("存放目录", "where to"),
    "advice_clean": ("{name}：{judged} 个软件包没有已知漏洞", "{name}: nothing known about {judged} packages"),
    "advice_found": ("{name}：发现 {found} 个已知漏洞", "{name}: {found} known weaknesses"),
    "advice_not_asked": (
        "{name}：无处可查，不能说明没有漏洞（本机的软件源不提供漏洞公告）",
        "{name}: nobody could be asked, which proves nothing (the registry here has no advisories)",
    ),
    "sbom_made": ("{path}：{count} 个组件", "{path}: {count} components"),
    "sbom_failed": ("无法生成 {name}", "{name} could not be made"),
    "help_backup": (
        "备份到一个文件：数据库、遥测读数、网关暂存、密钥、账号和设置。运行中也可以做。文件内有住户资料和密钥，请妥善保管。",
        "Back up into one file, also while it runs: database, readings, what gateways still hold, secrets, settings. "
        "The file holds residents' data and secrets: keep it safe.",
    ),
    "help_restore": (
        "先在别处校验备份，再恢复。--verify 只校验，不改动任何数据。",
        "Prove a backup in a place of its own, then put it back. --verify only proves it and changes nothing.",
    ),
    "opt_backup_file": ("备份文件（默认 care-backup-时间.tar.gz）", "the file (care-backup-TIME.tar.gz when absent)"),
    "opt_backup_readings": ("是否包含遥测读数", "whether the readings are in it"),
    "opt_restore_file": ("备份文件", "the backup"),
    "opt_verify": ("只校验，不恢复", "only prove it, put nothing back"),
    "opt_replace": (
        "已有数据时，先移到一旁再恢复（PostgreSQL 中会被删除）",
        "put data that is there aside first (in PostgreSQL it is dropped)",
    ),
    "backup_exists": ("文件已存在：{path}", "It is there already: {path}"),
    "backup_failed": ("未完成，原因见上。", "Not done, for the reason above."),
    "backup_made": (
        "备份完成：{path}（{size} MB）。用 ./care restore {path} --verify 校验。",
        "Backed up: {path} ({size} MB). Prove it with ./care restore {path} --verify",
    ),
    "restore_running": ("系统正在运行，请先停止。", "The system is running: stop it first."),
    "restore_unreadable": ("无法读取备份 {path}：{why}", "The backup {path} cannot be read: {why}"),
    "restore_settings": (
        "备份中的设置与现有的不同，放在 {path}，请自行取舍。",
        "The settings in the backup differ from those here; they lie in {path}, for you to choose.",
    ),
    "restored": (
        "恢复完成。用 ./care up 启动；备份之后的按键会因序号缺口而被发现。",
        "Restored. Start with ./care up; presses from after the backup show as gaps in their numbers.",
    ),
    "help_settings": ("显示启动器的有效设置。", "Print the launcher's effective settings."),
    "help_console": ("构建网页控制台。", "Build the web console."),
    "help_init": (
        "生成密钥和账号文件，不启动任何程序。",
        "Write the secrets and account files; start nothing.",
    ),
    "help_completion": ("输出命令行补全脚本。", "Print the script for shell completion."),
    "opt_broker_port": ("消息服务器端口", "port of the broker"),
    "opt_http_port": ("控制台和接口端口", "port of the console and the API"),
    "opt_telemetry_port": ("遥测接收端口", "port of the telemetry intake"),
    "opt_metrics_port": ("指标端口", "port of this program's metrics"),
    "opt_influx": (
        "遥测存入此 InfluxDB 2.x：http(s)://主机:端口",
        "keep telemetry in this InfluxDB 2.x: http(s)://host:port",
    ),
    "opt_influx_org": ("InfluxDB 的组织名", "organisation in InfluxDB"),
    "opt_influx_token_file": (
        "InfluxDB 令牌文件（也可放在环境变量 CARE_INFLUX_TOKEN 中）",
        "file with the token for InfluxDB (or put it in CARE_INFLUX_TOKEN)",
    ),
    "opt_broker_url": (
        "使用外部消息服务器：mqtt(s)://主机:端口",
        "use an external broker: mqtt(s)://host:port",
    ),
    "opt_forget": (
        "全部到达后删除本机的读数（仅在已切换到 InfluxDB 之后）",
        "delete the readings of this machine when all have arrived (only after the switch to InfluxDB)",
    ),
    "opt_forget_roll_ups": (
        "与 --forget 同用：也删除本机上未复制的旧汇总",
        "with --forget: also delete the old roll-ups of this machine, which are not copied",
    ),
    "opt_tls": ("设备经 TLS 连接", "devices connect by TLS"),
    "opt_tls_port": ("TLS 端口", "port for TLS"),
    "opt_tls_device": ("设备编号", "device id"),
    "opt_tls_out": ("写入哪个目录", "folder to write it into"),
    "opt_simulator": ("是否启动模拟街区", "whether the simulated district runs"),
    "opt_demo": ("是否建立演示账号", "whether demo accounts are made"),
    "opt_console": ("是否构建控制台", "whether the console is built when it has changed"),
    "opt_home": ("已有住户的编号", "id of a home that exists"),
    "opt_new_home": ("新建住户的名称", "label of a new home"),
    "opt_lobby": ("不属于任何住户（未登记终端）", "for nobody: a terminal that nobody enrolled"),
    "arg_device_sheet": ("设备表格（CSV 或 XLSX）", "spreadsheet of devices (CSV or XLSX)"),
    "opt_dry_run": ("只说明将会怎样，不做改动", "only say what would be done"),
    "opt_id": ("设备编号（默认由平台生成）", "device id (made by the platform when absent)"),
    "opt_kind": ("设备类别：terminal 或 sensor", "terminal or sensor"),
    "opt_count": ("登记多少台", "how many"),
    "opt_json": ("每行输出一个 JSON 对象", "one JSON object a line"),
    "opt_all": ("包括耗时较长的测试", "the long ones too"),
    "opt_init_address": (
        "为在别处运行的消息服务器生成 var/broker/mosquitto.conf：监听地址:端口",
        "write var/broker/mosquitto.conf for a broker that runs elsewhere: address:port to listen on",
    ),
    "opt_init_data": ("该服务器的数据目录", "that broker's data folder"),
    "opt_init_passwd": ("该服务器的密码文件", "that broker's password file"),
    "opt_init_plugin": (
        "该服务器的动态安全插件（留空：使用密码文件）",
        "that broker's dynamic security plug-in (empty: the password file)",
    ),
    "opt_init_acl": ("该服务器的权限文件", "that broker's access rules"),
    "opt_init_database": (
        "为该主机上的 PostgreSQL 生成账号 care 的密码",
        "make the password of account care for PostgreSQL on this host",
    ),
    "opt_init_monitoring": (
        "为 Prometheus、Grafana 和 InfluxDB 生成令牌和密码",
        "make tokens and passwords for Prometheus, Grafana and InfluxDB",
    ),
    "one_of_home": (
        "--home、--new-home、--lobby 只能选一个；--id 不能与 --count 同用",
        "one of --home, --new-home, --lobby; --id not together with --count",
    ),
    "new_home": ("新住户", "New home"),
    # up
    "already_up": ("本目录中的系统已在运行：{address}", "It already runs from this folder: {address}"),
    "swept": (
        "结束了上次异常退出留下的 {count} 个进程。",
        "Ended {count} processes that a killed start had left behind.",
    ),
    "port_taken": (
        "端口 {port} 已被占用。用 {option} 换一个端口，或在 config/launcher.toml 中修改。",
        "Port {port} is taken. Choose another with {option}, or in config/launcher.toml.",
    ),
    "influx_no_url": (
        "请用 --influx 给出 InfluxDB 的地址，或在 config/launcher.toml 中设置 influx_url。",
        "Name the InfluxDB with --influx, or set influx_url in config/launcher.toml.",
    ),
    "influx_no_token": (
        "缺少 InfluxDB 令牌。写入 {path}（权限 0600），或放在环境变量 {variable} 中再启动。",
        "No token for InfluxDB. Put it into {path} (mode 0600), or start with it in {variable}.",
    ),
    "store_is_influx": ("遥测存入 InfluxDB：{url}", "Telemetry is kept in InfluxDB: {url}"),
    "not_ready": ("{name} 未能就绪。日志 {log} 的结尾：", "{name} did not become ready. The end of {log}:"),
    "ready": ("已就绪（{seconds} 秒）：{address}", "Ready in {seconds} s: {address}"),
    "all_ready": ("全部程序已就绪。", "All programs are ready."),
    "not_ready_yet": (
        "{name} 尚未就绪，仍在尝试；见 var/log/{name}.log 或 ./care doctor",
        "{name} is not ready yet and is still being tried; see var/log/{name}.log or ./care doctor",
    ),
    "accounts_first": (
        "登录账号（密码只显示这一次，另存于 {path}）：",
        "Log-in (shown this once; kept in {path}):",
    ),
    "account": ("  {username:<12} {password}  {role}", "  {username:<12} {password}  {role}"),
    "accounts_in": ("登录账号见 {path}", "Log-in: see {path}"),
    "how_to_press": (
        "按一下按钮试试：./care sim press --any（或 ./care device add --json，见 README）",
        "Press a button: ./care sim press --any (or ./care device add --json, see README)",
    ),
    "how_to_stop": ("按 Ctrl-C 停止。", "Ctrl-C stops everything."),
    "child_ended": (
        "{name} 已退出（代码 {code}），{delay} 秒后重启；日志：{log}",
        "{name} ended (code {code}); it is started again in {delay} s; log: {log}",
    ),
    "child_again": ("{name} 已重新启动", "{name} is started again"),
    "child_stopped": ("{name} 已停止", "{name} stopped"),
    "child_killed": ("{name} 10 秒内未停止，已强制结束", "{name} did not stop within 10 s and was killed"),
    "stopping": ("正在停止……", "Stopping …"),
    "stopped": ("全部已停止。", "All stopped."),
    "external_broker": (
        "使用外部消息服务器。请让它加载账号文件 {passwd} 和 config/mosquitto/acl。",
        "Using an external broker. It has to load the accounts in {passwd} and config/mosquitto/acl.",
    ),
    "tls_missing": (
        "还没有证书。请先运行 ./care up --tls 或 ./care tls rotate。",
        "There are no certificates yet. Run ./care up --tls or ./care tls rotate first.",
    ),
    "tls_bad_device": (
        "设备编号由字母、数字、下划线和连字符组成，最多 63 个",
        "a device id is letters, digits, underscores and hyphens, at most 63",
    ),
    "tls_authority": (
        "证书机构：{name}，有效至 {until}，SHA-256 {digest}",
        "Authority: {name}, until {until}, SHA-256 {digest}",
    ),
    "tls_authority_before": (
        "旧机构（仍受信任）：{name}，有效至 {until}，SHA-256 {digest}",
        "Authority before, still trusted: {name}, until {until}, SHA-256 {digest}",
    ),
    "tls_server": ("服务器证书：{names}，有效至 {until}", "The broker's certificate: {names}, until {until}"),
    "tls_bundle": ("设备须信任的文件：{path}", "What devices have to trust: {path}"),
    "tls_issued": ("有客户端证书的设备：{count} 台", "Devices with a client certificate: {count}"),
    "tls_rotated": (
        "已新建证书机构；新旧均有效。请把 {path} 分发给设备，全部更换后执行 ./care tls forget。",
        "A new authority; both are good. Hand {path} to the devices, then ./care tls forget when all have it.",
    ),
    "tls_forgotten": ("只信任当前证书机构。", "The present authority alone is trusted."),
    "tls_issued_to": (
        "{device_id} 的密钥和证书：{path}（服务器的证书机构：{bundle}）",
        "Key and certificate of {device_id}: {path} (who to trust: {bundle})",
    ),
    "no_dynamic_security": (
        "Mosquitto 缺少动态安全插件（mosquitto_dynamic_security.so）。请安装完整的 Mosquitto 2，"
        '或在 config/launcher.toml 中设置 broker_access = "files"。',
        "Mosquitto has no dynamic security plug-in (mosquitto_dynamic_security.so). Install the whole of Mosquitto 2, "
        'or set broker_access = "files" in config/launcher.toml.',
    ),
    # packages and console
    "install_by_hand": (
        "请安装：{packages}（例如 apt-get install {packages}）",
        "Please install: {packages} (e.g. apt-get install {packages})",
    ),
    "installing": ("正在用 apt 安装：{packages}", "Installing with apt: {packages}"),
    "install_failed": (
        "apt 安装失败：{packages}。检查网络后再试。",
        "apt could not install {packages}. Check the network and try again.",
    ),
    "unpacking": ("正在下载 {package} 并解包到 {target}", "Fetching {package} and unpacking it under {target}"),
    "console_missing": ("console/ 不完整：缺少 package.json。", "console/ is incomplete: no package.json."),
    "console_building": ("正在构建网页控制台……", "Building the web console …"),
    "console_failed": (
        "控制台构建失败：{step}。可先用 --no-console 启动。",
        "The console could not be built: {step}. --no-console starts without it.",
    ),
    # device add
    "not_set_up": ("尚未启动过。请先执行 ./care up。", "Nothing is set up here yet. Run ./care up first."),
    "no_backend": (
        "端口 {port} 上的后端没有应答。请先执行 ./care up。",
        "No backend answers on port {port}. Run ./care up first.",
    ),
    "enrol_refused": ("登记被拒绝（{status} {code}）：{detail}", "Enrolment refused ({status} {code}): {detail}"),
    "import_unreadable": ("无法读取 {path}：{why}", "Cannot read {path}: {why}"),
    "import_refused": ("导入被拒绝（{status} {code}）：{detail}", "Import refused ({status} {code}): {detail}"),
    "import_problem": (
        "第 {row} 行 · {column} · “{value}”：{what}。{remedy}",
        "row {row} · {column} · “{value}”: {what}. {remedy}",
    ),
    "import_done": (
        "已导入：新增 {created}，更改 {changed}，不变 {unchanged}。",
        "Imported: {created} new, {changed} changed, {unchanged} as they were.",
    ),
    "import_not_done": (
        "未做改动：将新增 {created}，更改 {changed}，不变 {unchanged}，有误 {refused}。",
        "Nothing was changed: {created} would be new, {changed} changed, {unchanged} as they are, {refused} are wrong.",
    ),
    "broker_refuses": (
        "设备 {device_id} 已登记，但消息服务器 5 秒内未接受其账号。请查看 ./care doctor。",
        "{device_id} is enrolled, but the broker did not accept it within 5 s. See ./care doctor.",
    ),
    "device_added": ("设备 {device_id}  密钥 {secret}", "device {device_id}  secret {secret}"),
    "bad_setting": ("设置 {key} 有误：{why}", "Setting {key} is wrong: {why}"),
    # test and check
    "step_begins": ("—— {number}/{total} {name}", "—— {number}/{total} {name}"),
    "step_ends": ("—— {name}：{result}，{seconds} 秒", "—— {name}: {result}, {seconds} s"),
    "passed": ("通过", "passed"),
    "failed": ("失败", "FAILED"),
    "what_ran": ("运行情况：", "What ran:"),
    "what_skipped": ("跳过的测试及原因：", "Skipped, and why:"),
    "nothing_skipped": ("没有跳过任何测试。", "Nothing was skipped."),
    "tested_against": ("{service} 的测试对象：{what}", "{service}, tested against: {what}"),
    "left_for_all": (
        "耗时较长的测试未运行（./care test --all）：{count} 个",
        "Long tests left out (./care test --all): {count}",
    ),
    "no_console_yet": ("console/ 尚未安装依赖", "the console's packages are not installed"),
    # doctor
    "finding_good": ("正常", "ok"),
    "finding_note": ("提示", "note"),
    "finding_wrong": ("有误", "WRONG"),
    "doctor_python": ("Python {version}", "Python {version}"),
    "doctor_venv": (".venv 与依赖清单一致", ".venv matches the locks"),
    "doctor_venv_wrong": (
        ".venv 与依赖清单不一致。执行任意 ./care 命令即会修复。",
        ".venv does not match the locks. Any ./care command repairs it.",
    ),
    "doctor_mosquitto": ("已有 Mosquitto", "Mosquitto is there"),
    "doctor_mosquitto_wrong": (
        "缺少 Mosquitto。./care up 会安装它，或执行 apt-get install mosquitto。",
        "No Mosquitto. ./care up installs it, or: apt-get install mosquitto.",
    ),
    "doctor_console": ("网页控制台已构建", "the web console is built"),
    "doctor_console_wrong": (
        "网页控制台未构建。执行 ./care console。",
        "The web console is not built. Run ./care console.",
    ),
    "doctor_disk": ("磁盘剩余 {free} GB", "{free} GB of disk free"),
    "doctor_disk_wrong": (
        "磁盘只剩 {free} GB。请腾出空间：磁盘写满时报警只能暂存在终端。",
        "Only {free} GB of disk free. Make room: on a full disk alarms wait in the terminals.",
    ),
    "doctor_clock": ("系统时钟已同步", "the clock is synchronised"),
    "doctor_clock_unknown": (
        "系统时间 {now}；本机无法说明是否与时间服务器同步。",
        "It is {now} here; this machine cannot say whether its clock is synchronised.",
    ),
    "doctor_clock_wrong": (
        "系统时钟未同步（{now}）。请启用时间同步，例如 timedatectl set-ntp true。",
        "The clock is not synchronised ({now}). Enable it, e.g. timedatectl set-ntp true.",
    ),
    "doctor_no_secrets": ("尚未启动过：没有密钥。", "Never started here: there are no secrets yet."),
    "doctor_secrets": ("密钥文件只有所有者可读", "secrets are readable by their owner alone"),
    "doctor_secrets_wrong": (
        "这些密钥文件别人也能读：{names}。执行 chmod 600。",
        "Others can read these secrets: {names}. Run chmod 600 on them.",
    ),
    "doctor_not_running": ("系统未在运行。用 ./care up 启动。", "The system is not running. ./care up starts it."),
    "doctor_ports": ("所需端口均空闲", "the ports are free"),
    "doctor_part": ("{name} 有应答", "{name} answers"),
    "doctor_part_wrong": (
        "{name} 没有应答。查看日志 var/log/{name}.log。",
        "{name} does not answer. See var/log/{name}.log.",
    ),
    "doctor_store": ("遥测数据库有应答（{store}）", "the telemetry store answers ({store})"),
    "doctor_store_wrong": (
        "遥测数据库没有应答（{store}）：{detail}。读数在磁盘上等待，警报不受影响。",
        "The telemetry store does not answer ({store}): {detail}. Readings wait on disk; alarms go on.",
    ),
    "doctor_ready": ("系统自检通过", "the system says that it is ready"),
    "doctor_ready_wrong": (
        "系统自检未通过（{status}）：{failing}。查看 var/log/backend.log。",
        "The system says that it is not ready ({status}): {failing}. See var/log/backend.log.",
    ),
}
