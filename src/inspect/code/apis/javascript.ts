import { deeds } from './table.ts';

/** Functions of Node, Deno, Bun and of packages people use, by what they do (nodejs.org/api, docs.deno.com, bun.sh/docs). */
export const JAVASCRIPT = deeds(`
shell: child_process.exec child_process.execSync execa.execaCommand execa.execaCommandSync execa.$ zx.$ $ Bun.$ bun.$ shelljs.exec execa.command execa.commandSync
program: child_process.spawn child_process.spawnSync child_process.execFile child_process.execFileSync child_process.fork execa.execa execa.execaSync execa execa.sync cross-spawn cross-spawn.sync cross-spawn.spawn Deno.Command tinyexec.x tinyexec.exec
process: Deno.run Bun.spawn Bun.spawnSync
read: fs.readFile fs.readFileSync fs.createReadStream fs.readSync Deno.readTextFile Deno.readFile Deno.readTextFileSync Deno.readFileSync Bun.file fs.readJson fs.readJsonSync
open: fs.open fs.openSync Deno.open Deno.openSync
write: fs.writeFile fs.writeFileSync fs.appendFile fs.appendFileSync fs.createWriteStream fs.truncate fs.truncateSync fs.mkdir fs.mkdirSync fs.utimes fs.chown fs.chownSync fs.outputFile fs.outputFileSync fs.outputJson fs.writeJson fs.writeJsonSync Deno.writeTextFile Deno.writeFile Deno.writeTextFileSync Deno.writeFileSync Bun.write write-file-atomic
delete: fs.unlink fs.unlinkSync fs.rmdir fs.rmdirSync fs.rm fs.rmSync Deno.remove Deno.removeSync
delete-tree: rimraf rimraf.sync rimraf.rimraf rimraf.rimrafSync fs.remove fs.removeSync fs.emptyDir fs.emptyDirSync del del.deleteAsync del.deleteSync del.sync shelljs.rm trash
move: fs.rename fs.renameSync fs.move fs.moveSync Deno.rename Deno.renameSync
copy: fs.copyFile fs.copyFileSync fs.cp fs.cpSync fs.copy fs.copySync Deno.copyFile
link: fs.symlink fs.symlinkSync fs.link fs.linkSync
chmod: fs.chmod fs.chmodSync Deno.chmod
list: fs.readdir fs.readdirSync Deno.readDir Deno.readDirSync
find: glob glob.sync glob.glob glob.globSync fs.glob fs.globSync fast-glob fast-glob.sync globby globby.globby
send: fetch axios axios.post axios.put axios.patch axios.request axios.get got got.post got.put got.get undici.request undici.fetch node-fetch superagent.post needle.post http.get https.get http.request https.request https.request().end http.request().end https.request().write http.request().write dns.lookup dns.resolve dns.resolve4 dns.resolveTxt navigator.sendBeacon WebSocket().send
code: eval Function vm.runInThisContext vm.runInNewContext vm.runInContext vm.Script vm.compileFunction timer GeneratorFunction AsyncFunction
import: require import process.getBuiltinModule
attribute: Reflect.get
kill: process.kill
map: Promise.all Array.from Reflect.apply
connect: net.connect net.createConnection net.Socket().connect tls.connect
`);

/** Methods whose name says what they do whatever they are called on: what could not be followed may well be it. */
export const JAVASCRIPT_METHODS = deeds(`
shell: execSync execaCommand
program: spawnSync execFileSync execFile spawn
delete: unlinkSync rmSync rmdirSync
write: writeFileSync appendFileSync
read: readFileSync
sql: query execute $queryRaw $queryRawUnsafe $executeRaw $executeRawUnsafe raw prepare exec run all sql unsafe
`);
