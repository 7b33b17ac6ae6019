import { statSync } from 'node:fs';
import { join } from 'node:path';

/** The first release that runs TypeScript files as they are. */
const neededMajor = 24;

/**
 * The Node 24 that runs the programs: npm's `node` package, or else the one that runs this script.
 * @param {string} root the repository
 * @returns {string | undefined} undefined when neither is there
 */
export function findNode24(root) {
  const bundled = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  // An install that was cut off may leave an empty file.
  const isThere = (statSync(bundled, { throwIfNoEntry: false })?.size ?? 0) > 1_000_000;
  if (isThere) return bundled;
  return Number(process.versions.node.split('.')[0]) >= neededMajor ? process.execPath : undefined;
}

/** @param {string} root */
export function requireNode24(root) {
  const node = findNode24(root);
  if (node === undefined) {
    throw new Error(
      `Node ${neededMajor} is needed, npm has no package of it for ${process.platform}-${process.arch}, and this is Node ` +
        `${process.versions.node}: install Node ${neededMajor} from nodejs.org and try again.`,
    );
  }
  return node;
}
