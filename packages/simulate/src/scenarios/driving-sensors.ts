// Traces of driving with rare hazards: trips of a fleet, ten samples a second, a state machine of the driver, speed that
// follows from it, and emergencies of three seconds in an exact number. For models of time series.

export const drivingSensors = {
  name: "driving-sensors",
  description:
    "Speed, acceleration, steering and distance at 10 Hz; hazards are 30 samples long and exactly counted.",
  main: "samples",
  tables: {
    trips: {
      rows: 40,
      columns: {
        trip_id: { key: "sequence" },
        vehicle: { categories: { car: 70, van: 20, truck: 10 } },
        weather: { categories: { dry: 70, rain: 24, snow: 6 } },
        road: { categories: { city: 5, rural: 3, motorway: 2 } },
        driver_style: { distribution: "beta", alpha: 2, beta: 3, decimals: 3 },
        cruise: {
          formula:
            "if(road == 'city', 13, if(road == 'rural', 24, 33)) * if(weather == 'snow', 0.7, if(weather == 'rain', 0.9, 1))",
          type: "number",
          hidden: true,
        },
        departure: {
          time: {
            events: "poisson",
            start: "2025-03-03",
            end: "2025-03-10",
            profile: {
              hours: [1, 1, 1, 1, 1, 3, 10, 18, 14, 8, 7, 8, 9, 8, 8, 10, 15, 18, 14, 9, 6, 4, 3, 2],
            },
          },
        },
      },
    },
    samples: {
      parent: { table: "trips", count: { distribution: "integers", low: 1_000, high: 3_000 } },
      columns: {
        trip_id: { formula: "parent.trip_id" },
        time: {
          time: { every: "100ms", start: "parent.departure" },
          fraction: 1,
          datetimeFormat: "%Y-%m-%d %H:%M:%S.%1f",
        },
        state: {
          machine: {
            standing: [{ to: "accelerating", chance: 0.03 }],
            accelerating: [
              { to: "cruising", when: "prev(speed, 0) >= 0.95 * parent.cruise" },
              { to: "braking", chance: 0.004 },
            ],
            cruising: [{ to: "braking", chance: "if(parent.road == 'city', 0.006, 0.0015)" }],
            braking: [
              { to: "standing", when: "prev(speed, 0) < 0.3" },
              { to: "accelerating", chance: 0.02 },
            ],
          },
          initial: "standing",
        },
        hazard_step: { formula: "event.hazard", type: "number", hidden: true },
        acceleration: {
          formula:
            "if(state == 'standing', 0, if(state == 'accelerating', 1.4 + 1.6 * parent.driver_style, if(state == 'braking', -1.8 - 1.5 * parent.driver_style, clamp(0.4 * (parent.cruise - prev(speed, 0)), -2, 2.2)))) + if(state == 'standing', 0, 0.12 * normal())",
          type: "number",
          decimals: 2,
        },
        speed: { formula: "clamp(prev(speed, 0) + 0.1 * acceleration, 0, 60)", type: "number", decimals: 2 },
        steering: {
          series: {
            noise: { sd: "if(parent.road == 'city', 9, if(parent.road == 'rural', 5, 1.5))", ar: 0.97 },
          },
          decimals: 1,
        },
        gap_m: {
          series: { level: "8 + 1.8 * speed", noise: { sd: "1.2 + 0.2 * speed", ar: 0.95 } },
          decimals: 1,
          missing: 0.01,
        },
        hazard: { event: "hazard" },
      },
      events: {
        // Something is in the way: full braking as the distance shrinks, and a swerve.
        hazard: {
          count: 25,
          length: 30,
          set: {
            acceleration: "if(prev(speed, 0) < 0.5, 0, -7.5 + 0.6 * normal())",
            gap_m: "max(0.5, gap_m - (6 + 0.5 * speed) * min(1, step / 12))",
            steering: "steering + 35 * sin(0.3 * step) * exp(-step / 20)",
          },
        },
      },
    },
  },
} as const;
