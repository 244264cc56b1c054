#!/bin/sh
# Installs code-server, VS Code in a browser, into the folder that is named, for the tests: packages come from npm alone,
# and native parts are built here. Its release wants a package from GitHub which npm has, too, and programs of GitHub
# for what is left out.
set -e
mkdir -p "$1" && cd "$1"
[ -f package.json ] || npm init -y >/dev/null
npm install --no-audit --no-fund --ignore-scripts code-server@4.96.4
gyp() { npx --yes node-gyp@11 rebuild --nodedir="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"; }
(cd node_modules/argon2 && node ../@mapbox/node-pre-gyp/bin/node-pre-gyp rebuild --build-from-source \
  --nodedir="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")")
cd node_modules/code-server/lib/vscode
rm -f npm-shrinkwrap.json
npm pkg set 'dependencies.@vscode/proxy-agent=^0.27.0'
npm pkg delete overrides
npm install --no-audit --no-fund --omit=dev --ignore-scripts
for module in @vscode/spdlog node-pty native-watchdog @parcel/watcher; do (cd "node_modules/$module" && gyp); done
