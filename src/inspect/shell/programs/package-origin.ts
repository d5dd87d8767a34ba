/** Forges and registries whose packages are everybody's daily work. */
const KNOWN =
  /^(?:git\+)?(?:https|ssh|git\+ssh):\/\/(?:[^@/]*@)?(?:[\w-]+\.)*(?:github|gitlab|bitbucket|codeberg|sr\.ht|githubusercontent|pypi|pythonhosted|pytorch|npmjs|yarnpkg|rubygems|crates|golang|googlesource|apache|kernel|gnu|debian|ubuntu|fedoraproject|rpmfusion|centos|almalinux|rockylinux|opensuse|archlinux|docker|nodesource|postgresql|mariadb|mysql|mongodb|elastic|grafana|hashicorp|microsoft|google|nvidia|amazonaws|aliyun|tsinghua|huggingface|jfrog|cloudsmith)(?:\.[a-z]{2,}){1,2}(?::\d+)?(?:\/|$)|^git@(?:github|gitlab|bitbucket)\.(?:com|org):/i;

/** A package named by an address nobody knows, or one that comes without encryption: what it installs runs. */
export const isForeignPackage = (text: string): boolean =>
  /^(?:git\+)?(?:https?|ssh|git|ftp):\/\//i.test(text) &&
  !KNOWN.test(text) &&
  !/^(?:git\+)?https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])[:/]/.test(text);
