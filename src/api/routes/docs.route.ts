import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { openApiDocument } from '../openapi.ts';
import { open, route, type Answer, type Route } from '../route.ts';

/** Swagger UI's files that the page needs, and what they are. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
/** Own scripts and styles only; the UI sets styles and draws icons from data addresses. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Tillflow API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="api"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const start = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#api', deepLinking: true });\n`;

/** The description of `routes` as OpenAPI and as a page, served from here and from nowhere else. */
export function docsRoutes(routes: readonly Route[], version: string): readonly Route[] {
  const pages = [pageRoute(), assetRoute()];
  const description = { tag: 'Description', policy: open, responses: { 200: { description: 'OpenAPI 3.1' } } };
  const all = [...routes];
  const body = JSON.stringify(openApiDocument(all, version));
  const openApi = route({
    ...description,
    method: 'get',
    path: '/openapi.json',
    summary: 'This description',
    handle: async () => ({ status: 200, body }),
  });
  return [openApi, ...pages];
}

function pageRoute(): Route {
  return route({
    method: 'get',
    path: '/docs',
    tag: 'Description',
    summary: 'This description as a page',
    policy: open,
    responses: { 200: { description: 'HTML', contentType: 'text/html' } },
    handle: async () => text('text/html; charset=utf-8', page),
  });
}

function assetRoute(): Route {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return route({
    method: 'get',
    path: '/docs/:file',
    tag: 'Description',
    summary: 'A file of the page',
    policy: open,
    params: z.object({ file: z.enum([...Object.keys(assets), 'start.js']) }),
    responses: { 200: { description: 'The file' } },
    handle: async ({ params }) => {
      if (params.file === 'start.js') return text('text/javascript; charset=utf-8', start);
      const headers = { 'Content-Type': assets[params.file] ?? '', 'Cache-Control': 'public, max-age=3600' };
      return { status: 200, headers, stream: Readable.from(createReadStream(join(folder, params.file))) };
    },
  });
}

function text(type: string, body: string): Answer {
  return { status: 200, headers: { 'Content-Type': type, 'Content-Security-Policy': policy }, body };
}
