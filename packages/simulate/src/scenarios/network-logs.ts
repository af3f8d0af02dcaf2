// Logs of connections with intrusions: hosts of four roles, sessions that excite each other as traffic does, and three
// kinds of attack in exact numbers. For detectors of intrusions.

export const networkLogs = {
  name: "network-logs",
  description:
    "A stream of connections from a Hawkes process; scans, brute force and exfiltration in exact numbers.",
  main: "connections",
  tables: {
    hosts: {
      rows: 200,
      columns: {
        host_id: { key: "sequence" },
        address: {
          formula: "'10.0.' + text(floor(host_id / 250)) + '.' + text(host_id % 250 + 1)",
          type: "text",
        },
        role: { categories: { workstation: 80, server: 12, printer: 5, camera: 3 } },
        load: {
          cases: [
            { when: "role == 'server'", distribution: "gamma", shape: 4, scale: 5 },
            { distribution: "gamma", shape: 1.5, scale: 1 },
          ],
          hidden: true,
        },
      },
    },
    connections: {
      rows: 50_000,
      picks: { source: { table: "hosts", weight: "load" }, target: { table: "hosts", weight: "load" } },
      columns: {
        time: {
          time: {
            events: "hawkes",
            start: "2025-06-02T00:00:00",
            every: "2s",
            excitation: 0.7,
            decay: "800ms",
          },
          fraction: 3,
          datetimeFormat: "%Y-%m-%d %H:%M:%S.%3f",
        },
        source: { formula: "source.address", type: "text" },
        target: { formula: "target.address", type: "text" },
        protocol: {
          given: "source.role",
          table: {
            server: { tcp: 85, udp: 14, icmp: 1 },
            camera: { udp: 90, tcp: 10 },
            "*": { tcp: 72, udp: 26, icmp: 2 },
          },
        },
        port: {
          given: "protocol",
          table: {
            tcp: { 443: 60, 80: 12, 22: 6, 445: 8, 3389: 4, 25: 3, 8080: 7 },
            udp: { 53: 70, 123: 10, 443: 20 },
            icmp: { 0: 1 },
          },
          type: "number",
        },
        duration_ms: {
          distribution: "lognormal",
          median: "if(protocol == 'tcp', 420, 30)",
          sigma: 1.3,
          decimals: 0,
        },
        // Names, clocks and pings are asked for in packets of a known size; all else begins with a handshake.
        bytes_out: {
          cases: [
            { when: "port == 53", distribution: "lognormal", median: 72, sigma: 0.2 },
            { when: "port == 123", distribution: "constant", value: 76 },
            { when: "protocol == 'icmp'", distribution: "constant", value: 84 },
            { distribution: "lognormal", median: 1_800, sigma: 1.4, min: 240 },
          ],
          decimals: 0,
        },
        bytes_in: {
          cases: [
            { when: "port == 53", distribution: "lognormal", median: 170, sigma: 0.5, min: 60, max: 4_096 },
            { when: "port == 123", distribution: "constant", value: 76 },
            { when: "protocol == 'icmp'", distribution: "constant", value: 84 },
            { distribution: "lognormal", median: "6 * bytes_out ^ 0.9", sigma: 1.1, min: 160 },
          ],
          decimals: 0,
        },
        failed: { formula: "chance(0.02)", type: "boolean" },
        attack: { event: ["scan", "brute_force", "exfiltration"] },
        is_attack: { formula: "not is_missing(attack)", type: "boolean" },
      },
      events: {
        scan: {
          count: 20,
          length: 40,
          hold: ["source", "target"],
          set: {
            port: "1000 + step * 17",
            duration_ms: "round(uniform(0, 3))",
            bytes_out: "60",
            bytes_in: "if(failed, 0, 60)",
            failed: "chance(0.9)",
            protocol: "'tcp'",
          },
        },
        brute_force: {
          count: 15,
          length: 25,
          hold: ["source", "target"],
          set: {
            port: "22",
            protocol: "'tcp'",
            duration_ms: "round(uniform(80, 200))",
            bytes_out: "round(uniform(900, 1200))",
            failed: "step < 24",
          },
        },
        exfiltration: {
          count: 10,
          length: 6,
          hold: ["source", "target"],
          set: {
            bytes_out: "round(5e7 * exp(0.5 * normal()))",
            duration_ms: "round(9e4 * exp(0.3 * normal()))",
            port: "443",
            protocol: "'tcp'",
          },
        },
      },
    },
  },
} as const;
