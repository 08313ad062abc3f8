# Gatescope's server, and every node of a Ray cluster for it: one image, so that all have the same code.
#   docker build -t gatescope .
# torch's default wheels carry CUDA: name an index of CPU wheels to leave it out
#   docker build -t gatescope --build-arg PIP_EXTRA_INDEX_URL=… .
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONPATH=/app OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
    RAY_USAGE_STATS_ENABLED=0 HOME=/tmp

WORKDIR /app
ARG PIP_EXTRA_INDEX_URL=""
COPY requirements.txt requirements-ray.txt ./
RUN PIP_EXTRA_INDEX_URL="$PIP_EXTRA_INDEX_URL" pip install -r requirements.txt -r requirements-ray.txt

COPY app.py ./
COPY .streamlit .streamlit
COPY assets assets
COPY engine engine
COPY pages pages
RUN python -m compileall -q engine pages app.py \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin gatescope

USER 10001
EXPOSE 8501
# /tmp is all that is written: users' files, which go with their tab
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4).read()"]
CMD ["streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port", "8501"]
