const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** Options whose value is a file, without their dashes: one that is not there when a person is asked must not appear unseen. */
export const FILE_OPTIONS = set(
  'f file filename file-name k kustomize values value-file var-file vars-file config config-file conf env-file input input-file input-json cli-input-json ' +
    'cli-input-yaml flags-file from-file manifest script script-file playbook inventory require import r init-file rcfile patch-file batch-file ' +
    'sql-file template template-file template-body plan plan-file body body-file data-file upload-file key-file manifest-path build-file settings tsconfig',
);

/** Endings of files that say what is to be done, so that such a word is a file whether it is there or not. */
export const FILE_ENDINGS = set(
  'sh bash zsh fish ps1 bat cmd py rb pl php js mjs cjs ts mts cts lua r jl go rs java kt scala groovy sql psql ddl yaml yml json json5 jsonc toml ini ' +
    'cfg conf env hcl tf tfvars tfplan plan xml csv tsv txt md patch diff mk gradle properties ipynb service timer cron tar gz tgz zip dump bak',
);

/** Options whose value is the folder everything else is looked for in. */
export const FOLDER_OPTIONS = set('C directory cwd chdir prefix dir project-directory working-dir working-directory workdir root-dir project');

/** Keys of a tool's arguments that say the same, without case and punctuation. */
export const FOLDER_KEYS = set('cwd workdir workingdir workingdirectory currentdirectory currentworkingdirectory');

/** Programs that run or read none of the files they name: what those hold changes nothing that was approved. */
export const PASSIVE = set(
  'cd pushd popd mkdir rmdir rm unlink touch chmod chown chgrp ls stat test [ [[ echo printf export unset alias kill pkill killall true false sleep ' +
    'which type command-v basename dirname realpath readlink pwd du df shred truncate wc export declare local readonly typeset set trap ulimit umask',
);

/** Files a program reads without being told their names, in the folder it works in. */
export const IMPLIED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    make: 'GNUmakefile makefile Makefile',
    gmake: 'GNUmakefile makefile Makefile',
    npm: 'package.json .npmrc',
    pnpm: 'package.json .npmrc',
    yarn: 'package.json .yarnrc.yml',
    bun: 'package.json bunfig.toml',
    just: 'justfile Justfile .justfile',
    task: 'Taskfile.yml Taskfile.yaml',
    rake: 'Rakefile',
    gradle: 'build.gradle build.gradle.kts settings.gradle settings.gradle.kts',
    mvn: 'pom.xml',
    cargo: 'Cargo.toml build.rs',
    vagrant: 'Vagrantfile',
    tox: 'tox.ini',
    nox: 'noxfile.py',
    skaffold: 'skaffold.yaml',
    pulumi: 'Pulumi.yaml',
    serverless: 'serverless.yml',
    'docker build': 'Dockerfile',
    'docker buildx': 'Dockerfile',
    'podman build': 'Dockerfile Containerfile',
    'docker compose': 'compose.yaml compose.yml docker-compose.yaml docker-compose.yml',
    'podman compose': 'compose.yaml compose.yml docker-compose.yaml docker-compose.yml',
    'docker-compose': 'compose.yaml compose.yml docker-compose.yaml docker-compose.yml',
  }).map(([program, names]) => [program, names.split(' ')] as const),
);
