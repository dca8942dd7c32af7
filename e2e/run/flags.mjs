/** Command-line flags of the scripts. A flag that is unknown, lacks its value or has a bad one gets an error that names it. */
import { parseArgs } from 'node:util';
import { RunError } from './commands.mjs';

/**
 * @typedef {'switch' | 'text' | 'port' | 'count'} FlagType
 * @typedef {{ readonly type: FlagType, readonly about: string }} Flag
 */

/**
 * The value of each flag that was given; a number for ports and counts.
 * @template {Record<string, Flag>} F
 * @param {string} script how the script is called, for the usage text
 * @param {F} flags
 * @param {readonly string[]} [args]
 * @returns {{ [N in keyof F]?: F[N]['type'] extends 'switch' ? boolean : F[N]['type'] extends 'text' ? string : number }}
 */
export function readFlags(script, flags, args = process.argv.slice(2)) {
  if (args.includes('--help')) {
    console.log(usage(script, flags));
    process.exit(0);
  }
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: /** @type {'boolean' | 'string'} */ (flag.type === 'switch' ? 'boolean' : 'string') },
    ]),
  );
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    const [sentence] = /** @type {Error} */ (error).message.split('\n');
    throw new RunError(`${sentence}\n\n${usage(script, flags)}`);
  }
  /** @type {Record<string, string | number | boolean>} */
  const read = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    read[name] = typeof value === 'string' ? readValue(name, /** @type {Flag} */ (flags[name]), value) : Boolean(value);
  }
  return /** @type {ReturnType<typeof readFlags<F>>} */ (read);
}

/**
 * @param {string} name
 * @param {Flag} flag
 * @param {string} text
 */
function readValue(name, flag, text) {
  if (flag.type === 'text') {
    if (text === '') throw new RunError(`--${name} needs a value.`);
    return text;
  }
  const [min, max] = flag.type === 'port' ? [1, 65_535] : [1, 1_000];
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RunError(`--${name} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/**
 * @param {string} script
 * @param {Record<string, Flag>} flags
 */
function usage(script, flags) {
  const value = { switch: '', text: ' TEXT', port: ' N', count: ' N' };
  const lines = Object.entries(flags).map(
    ([name, flag]) => `  ${`--${name}${value[flag.type]}`.padEnd(18)} ${flag.about}`,
  );
  return `Usage: ${script} -- [flags]\n${lines.join('\n')}`;
}
