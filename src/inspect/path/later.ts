/** Files some other program runs later, by the event that runs them. */
const LATER: readonly (readonly [pattern: RegExp, event: string])[] = [
  [/(^|\/)\.git\/(hooks\/|config$|worktrees\/[^/]+\/config\.worktree$|info\/attributes$)/, 'git'],
  [/(^|\/)\.husky\//, 'git'],
  [/(^|\/)\.(gitattributes|gitmodules|pre-commit-config\.yaml|lefthook\.yml)$/, 'git'],
  [/(^|\/)\.gitconfig$|(^|\/)\.config\/git\/config$/, 'git'],
  [
    /(^|\/)\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|login|inputrc|xinitrc|xprofile|xsession|xsessionrc|tmux\.conf|screenrc|vimrc|exrc|emacs|gdbinit|lldbinit|pythonrc|irbrc|pryrc|rprofile|curlrc|wgetrc)$/i,
    'shell',
  ],
  [/(^|\/)(\.config\/(fish|nvim|autostart|systemd|environment\.d|powershell)\/|\.vim\/|\.emacs\.d\/|\.oh-my-zsh\/)/, 'shell'],
  [
    /(^|\/)etc\/(profile|profile\.d\/|bash\.bashrc|bashrc|zsh\/|zshrc|environment|ld\.so\.preload|ld\.so\.conf|rc\.local|inittab|init\.d\/|rc\d\.d\/|update-motd\.d\/|pam\.d\/|security\/|udev\/rules\.d\/|apt\/apt\.conf\.d\/|xdg\/autostart\/)/,
    'system',
  ],
  [
    /(^|\/)(etc\/cron|etc\/anacrontab|var\/spool\/(cron|at)\/|etc\/systemd\/|(usr\/)?lib\/systemd\/|etc\/sudoers|library\/launch(agents|daemons)\/)/i,
    'schedule',
  ],
  [/(^|\/)\.ssh\/(authorized_keys2?|config|rc|environment)$/, 'login'],
  [
    /(^|\/)(\.github\/workflows\/|\.gitlab-ci\.yml$|\.circleci\/|\.travis\.yml$|jenkinsfile$|azure-pipelines\.yml$|bitbucket-pipelines\.yml$|\.drone\.yml$|\.buildkite\/|\.woodpecker(\.yml$|\/)|appveyor\.yml$|\.github\/actions\/)/i,
    'ci',
  ],
  [
    /(^|\/)(\.envrc|conftest\.py|sitecustomize\.py|usercustomize\.py|[^/]+\.pth|\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.cjs|\.pypirc|pip\.conf|\.mvn\/(jvm|maven)\.config|\.cargo\/config(\.toml)?|\.bazelrc|\.node_repl_history)$/,
    'tool',
  ],
  [
    /(^|\/)(\.vscode\/(tasks|launch|settings)\.json|\.devcontainer\/|\.idea\/(runconfigurations|workspace\.xml)|\.fleet\/run\.json|\.zed\/tasks\.json)/i,
    'editor',
  ],
  [/(start menu\/programs\/startup\/|windows\/system32\/tasks\/|microsoft\.powershell_profile\.ps1$|(^|\/)profile\.ps1$)/i, 'windows'],
  [/^\/?(usr\/)?(local\/)?s?bin\/[^/]+$/, 'path'],
];

/** The event that would run or load this file, when writing it is a way to act later. */
export function runsLater(path: string): string | undefined {
  return LATER.find(([pattern]) => pattern.test(path))?.[1];
}
