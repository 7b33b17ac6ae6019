import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '@parley/contract/api/open-api.ts';
import { apiRoutes } from '@parley/contract/api/routes.ts';
import { generateClient } from './generate-client.ts';

/** `npm run client`: make the typed client anew from the routes. */
const file = fileURLToPath(new URL('../generated/api.ts', import.meta.url));
writeFileSync(file, generateClient(openApiDocument(apiRoutes)));
const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
const { status } = spawnSync(process.execPath, [biome, 'format', '--write', file], { stdio: 'inherit' });
process.exit(status ?? 1);
