// Serves S3 out of FOLDER with one bucket, on a free port of loopback, and prints its endpoint. It takes any access key, and ignores conditions on puts.
// Ends with its standard input.
//   node serve.mjs FOLDER BUCKET
import process from 'node:process';
import S3rver from 's3rver';

const [directory, bucket] = process.argv.slice(2);
const server = new S3rver({ directory, address: '127.0.0.1', port: 0, silent: true, configureBuckets: [{ name: bucket }] });
const { port } = await server.run();
console.log(`http://127.0.0.1:${port}`);
process.stdin.on('end', () => process.exit(0)).resume();
