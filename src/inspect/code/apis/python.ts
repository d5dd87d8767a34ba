import { deeds } from './table.ts';

/** Functions of Python's library and of packages people use, by what they do (docs.python.org/3/library, and the packages' own). */
export const PYTHON = deeds(`
shell: os.system os.popen os.popen2 os.popen3 os.popen4 subprocess.getoutput subprocess.getstatusoutput commands.getoutput commands.getstatusoutput popen2.popen2 popen2.popen3 platform.popen asyncio.create_subprocess_shell pexpect.run pexpect.spawn pexpect.spawnu pexpect.popen_spawn.PopenSpawn invoke.run invoke.Context().run invoke.sudo fabric.Connection().run fabric.Connection().sudo fabric.Connection().local fabric.api.run fabric.api.local fabric.api.sudo delegator.run envoy.run get_ipython().system get_ipython().getoutput IPython.get_ipython().system IPython.utils.process.system
process: subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen pty.spawn sh.Command plumbum.local subprocess32.run subprocess32.Popen subprocess32.check_output
program: asyncio.create_subprocess_exec os.startfile
exec: os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe os.posix_spawn os.posix_spawnp
spawn: os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe
open: open gzip.open bz2.open lzma.open zipfile.ZipFile tarfile.open io.FileIO pathlib.Path.open shelve.open dbm.open
read: linecache.getlines linecache.getline pathlib.Path.read_text numpy.load numpy.loadtxt numpy.genfromtxt pandas.read_csv pandas.read_json pandas.read_excel pandas.read_parquet pandas.read_pickle pandas.read_table pandas.read_fwf PIL.Image.open yaml_load runpy.run_path configparser.ConfigParser().read dotenv.load_dotenv dotenv.dotenv_values os.readlink
write: os.truncate os.mkfifo os.mknod os.utime os.chown os.lchown shutil.chown numpy.save numpy.savetxt os.makedirs os.mkdir
delete: os.remove os.unlink os.rmdir os.removedirs send2trash.send2trash
delete-tree: shutil.rmtree distutils.dir_util.remove_tree setuptools.distutils.dir_util.remove_tree
move: shutil.move os.rename os.renames os.replace
copy: shutil.copy shutil.copy2 shutil.copyfile shutil.copytree distutils.file_util.copy_file distutils.dir_util.copy_tree
link: os.symlink os.link
chmod: os.chmod os.lchmod os.fchmod
list: os.listdir os.scandir
find: glob.glob glob.iglob
walk: os.walk os.fwalk
download: urllib.request.urlretrieve urllib.urlretrieve wget.download
send: requests.post requests.put requests.patch requests.request httpx.post httpx.put httpx.patch httpx.request urllib.request.urlopen urlopen urllib2.urlopen urllib.request.Request requests.get httpx.get urllib.urlopen http.client.HTTPSConnection().request http.client.HTTPConnection().request socket.socket().send socket.socket().sendall socket.socket().sendto
sql: pandas.read_sql pandas.read_sql_query pandas.io.sql.execute
code: eval exec execfile compile timeit.timeit timeit.repeat code.InteractiveInterpreter().runcode code.InteractiveInterpreter().runsource pandas.eval builtins.exec cProfile.run profile.run trace.Trace().run
import: __import__ importlib.import_module
attribute: getattr operator.attrgetter object.__getattribute__ setattr
namespace: globals locals vars
unpickle: pickle.loads pickle.load dill.loads dill.load cloudpickle.loads cloudpickle.load jsonpickle.decode yaml.unsafe_load shelve.open joblib.load torch.load pickle.Unpickler().load
native: ctypes.CDLL ctypes.PyDLL ctypes.WinDLL ctypes.cdll.LoadLibrary ctypes.CFUNCTYPE ctypes.windll ctypes.pythonapi cffi.FFI().dlopen
kill: os.kill os.killpg
map: map filter multiprocessing.Pool().map concurrent.futures.ThreadPoolExecutor().map
partial: functools.partial
connect: socket.create_connection socket.socket().connect http.client.HTTPConnection http.client.HTTPSConnection smtplib.SMTP ftplib.FTP telnetlib.Telnet
notebook: get_ipython().run_line_magic get_ipython().run_cell_magic get_ipython().magic get_ipython().run_cell
`);

/** Methods whose name says what they do whatever they are called on: what could not be followed may well be it. */
export const PYTHON_METHODS = deeds(`
shell: system popen getoutput getstatusoutput exec_command run_command create_subprocess_shell
process: Popen check_output check_call
delete-tree: rmtree
sql: execute executemany executescript read_sql exec_driver_sql
send: sendall storbinary sendmail send_message
`);
