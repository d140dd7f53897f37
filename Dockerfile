# The images for those who build with Docker; `make images` makes the same programs into images without it.
#
#   docker build --target operator -t lakehouse-operator/operator:0.1.0 .
#   docker build --target runner   -t lakehouse-operator/runner:0.1.0 .

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --silent --ignore-scripts
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY eng eng
COPY src src
# Trimmed and self-contained, compiled ahead; each program in a folder of its own, because two that were trimmed do not share one.
RUN for program in Operator Runner; do \
      dotnet publish "src/$program/$program.csproj" --configuration Release --runtime linux-x64 --self-contained true \
        --output "/publish/$program" --artifacts-path "/artifacts/$program" --verbosity quiet --nologo -p:UseArtifactsOutput=true -p:PublishTrimmed=true \
        -p:DebuggerSupport=false -p:DebugType=none -p:RestoreLockedMode=true -p:RunAnalyzers=false || exit 1; \
      rm -f "/publish/$program"/createdump "/publish/$program"/libmscordac* "/publish/$program"/libmscordbi* "/publish/$program"/libcoreclrtraceptprovider.so; \
    done

# The C and C++ libraries, OpenSSL, certificates, time zones and the user 1654; no shell.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled-extra AS base
USER 1654:1654
WORKDIR /
ENV HOME=/home/app DOTNET_EnableDiagnostics=0

FROM base AS runner
COPY --from=build /publish/Runner /app
ENTRYPOINT ["/app/lakehouse-runner"]

FROM base AS operator
COPY --from=build /publish/Operator /app
ENTRYPOINT ["/app/lakehouse-operator"]
