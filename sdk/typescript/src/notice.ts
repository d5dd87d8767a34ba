/** One line on stderr: what a person at the terminal should know. Failing to say it fails nothing. */
export function notice(line: string): void {
  try {
    process.stderr.write(`aegis: ${line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}\n`);
  } catch {
    // Nobody reads.
  }
}
