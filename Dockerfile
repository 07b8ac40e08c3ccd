# 平台镜像：后端、网关和已构建的控制台；同一镜像以不同命令运行。
# The platform's image: backend, gateway and the built console; one image, run with different commands.

# --- 构建：依赖按哈希安装，控制台用随 .venv 而来的 Node 构建
# --- Build: dependencies checked by hash; the console is built with the Node that comes in .venv
FROM python:3.11-slim-bookworm AS build
WORKDIR /srv/care
# 依赖在前：源码变化时不必重新下载
# Dependencies first: a change of source fetches nothing again
COPY care requirements-bootstrap.lock requirements.lock requirements-dev.lock ./
RUN python3 -c "import runpy; runpy.run_path('care')['ensure_installed']('runtime')"
COPY contract contract
COPY gateway gateway
COPY backend backend
COPY launcher launcher
COPY config config
COPY console console
RUN ./care console

# --- 运行：没有构建工具，不以 root 运行
# --- Run: no build tools, not as root
FROM python:3.11-slim-bookworm
# 1883 是 eclipse-mosquitto 镜像的用户号：消息服务器要能读后端写的账号文件（0600）
# 1883 is the user of the eclipse-mosquitto image: the broker must read the account file that the backend writes (0600)
RUN groupadd --gid 1883 care && useradd --uid 1883 --gid care --no-create-home --home-dir /srv/care care
WORKDIR /srv/care
COPY --from=build /srv/care/.venv .venv
COPY --from=build /srv/care/var/console console
COPY contract contract
COPY gateway gateway
COPY backend backend
COPY launcher launcher
COPY config config
# 卷首次使用时沿用这些目录的所有者和权限
# A new volume takes owner and mode from these folders
RUN mkdir -p var/backend var/gateway var/run var/log \
    && install -d -m 0700 var/secrets && install -d -m 0750 var/broker && install -d -m 0755 var/database var/monitoring \
    && chown -R care:care var
USER care
ENV PATH="/srv/care/.venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
CMD ["python", "-m", "backend", "--role", "all"]
