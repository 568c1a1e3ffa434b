/**
 * The policy a node starts with. It lives in the data directory afterwards and belongs to the
 * operator; it is never overwritten.
 *
 * @module
 */

/** `node/policy.yaml` of a new data directory. */
export const DEFAULT_POLICY =
  `# What the guard may do on this machine. Checked with: pitcrew-guard check FILE
version: 1
sensitivity: medium
protect:                       # never killed; the kernel's own threads and pid 1 never are anyway
  - name: systemd*
  - name: dbus-daemon
  - name: dbus-broker*
  - name: sshd
  - name: containerd*
  - name: dockerd
  - name: kubelet
  - name: pitcrew-guard
  - name: pitcrew-collector
  - name: pitcrew-gpu
prefer: []                     # killed first, in this order
target: { headroom: 10% }
grace: 2s
`;
