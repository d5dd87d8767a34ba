#!/usr/bin/env node
// `npx aegis …` on any Node from 20 on: the set-up of bin/bootstrap.mjs, then the command line under Node 24.
process.argv.splice(2, 0, 'aegis');
await import('./bootstrap.mjs');
