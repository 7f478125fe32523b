# The engine's processes: `node workers/<name>.ts` with name api, temporal, jobs or migrate. Not built in CI.
FROM node:24.11.0-bookworm-slim

ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/compile-cache
WORKDIR /app

# Every worker's TypeScript runs as it is; npm's own copy of Node is for checkouts only.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node && npm cache clean --force

COPY src ./src
COPY workers ./workers

USER node
CMD ["node", "workers/api.ts"]
