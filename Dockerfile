# syntax=docker/dockerfile:1
# One image for web, worker, beat and migrate. Two stages: nothing that builds is in what runs.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never
WORKDIR /app
COPY pyproject.toml requirements.lock ./
# What production needs, in the versions of the lock, each file checked against its hash.
RUN sed -n '/^uv==/,/^[^ ]/{/^uv==/p;/^    --hash/p;}' requirements.lock > uv.txt \
 && pip install --require-hashes -r uv.txt \
 && uv venv /venv \
 && uv pip install --python /venv/bin/python --require-hashes --compile-bytecode \
      --requirement pyproject.toml --extra monitoring --constraint requirements.lock

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COLLAGENDA_ENV=production \
    STATIC_ROOT=/app/static \
    COLLAGENDA_LOCAL_DIR=/data
RUN groupadd --system --gid 10001 collagenda \
 && useradd --system --uid 10001 --gid collagenda --no-create-home --home-dir /nonexistent collagenda \
 && install -d -o collagenda -g collagenda -m 0750 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY clinic clinic
COPY treatments treatments
COPY bookings bookings
# Static files are part of the image. The values serve this one command and stay nowhere.
RUN SECRET_KEY=build ALLOWED_HOSTS=build PUBLIC_URL=https://build.invalid DATABASE_URL=postgres://build.invalid/x \
    CELERY_BROKER_URL=redis://build.invalid/0 python manage.py collectstatic --no-input --verbosity 0
USER collagenda
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-I", "clinic/healthcheck.py", "http://127.0.0.1:8000/health/live"]
CMD ["gunicorn", "clinic.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", "--workers=2", "--threads=4", \
     "--worker-tmp-dir=/dev/shm", "--access-logfile=-"]
