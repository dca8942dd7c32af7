/**
 * Stops with a clear message on a Node that cannot run the build tools. Imported first by every script; its syntax is
 * old enough for old versions to get as far as the message.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22)) {
  console.error(
    `Playhouse needs Node 20.19 or later (20.19+, 22.12+, 23 and above); this is ${process.version}.\n` +
      'Install a newer Node from https://nodejs.org and run the same command again.',
  );
  process.exit(1);
}
