/** Writes src/api/schema.d.ts from the backend's OpenAPI document (CARE_OPENAPI_FILE). */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = process.env.CARE_OPENAPI_FILE ?? here('../../var/openapi.json');
const schema = JSON.parse(await readFile(source, 'utf8'));
await writeFile(
  here('../src/api/schema.d.ts'),
  astToString(await openapiTS(schema, { defaultNonNullable: true })),
);
