/**
 * Says that something takes time, with a running clock on a terminal and one line at each end elsewhere. To standard
 * error: standard output is the program's own.
 * @template T
 * @param {string} title such as `Installing packages (first time only)`
 * @param {() => Promise<T>} work
 * @param {NodeJS.WriteStream} [stream]
 * @returns {Promise<T>}
 */
export async function withProgress(title, work, stream = process.stderr) {
  const startedMs = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedMs) / 1000)} s`;
  const isLive = stream.isTTY === true;
  stream.write(isLive ? `${title}…` : `${title}…\n`);
  const clock = isLive ? setInterval(() => stream.write(`\r${title}… ${seconds()}`), 1_000) : undefined;
  try {
    const result = await work();
    stream.write(isLive ? `\r${title}… done in ${seconds()}\n` : `${title}: done in ${seconds()}\n`);
    return result;
  } catch (error) {
    stream.write(isLive ? `\r${title}… failed after ${seconds()}\n` : `${title}: failed after ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(clock);
  }
}
