//! Sixteen environments and everything they remember.
use super::follow::Follow;
use super::history::History;
use super::place::{Places, seat, start_level};
use super::sensing::Sensing;
use super::wiring::Wiring;
use super::{Episodes, Troubles, Witness};
use crate::lane::{Lane, WIDTH, Wide};
use crate::mdp::{Drawn, Redraw, Trackers, draw_command};
use crate::physics::Simulator;
use crate::rng::{LaneRng, Purpose, Rng};
use crate::robot::StartState;
use crate::task::Plan;

/// What a batch of environments is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Mode {
    /// Add observation noise.
    pub noise: bool,
    /// Push the robots.
    pub pushes: bool,
    /// Draw each environment's model; otherwise the robot as written.
    pub randomise: bool,
    /// Draw commands; otherwise they are set from outside and kept.
    pub commands: bool,
    /// Let `time_out` end episodes.
    pub time_outs: bool,
    /// Begin at random times of episodes, so that resets do not come all at once.
    pub stagger: bool,
    /// Let the robots of a block share a column of the terrain, where there are blocks for all of them.
    pub sharing: bool,
    /// Strength of the initial disturbance: 1 as in training, 0 the nominal pose.
    pub start_strength: f64,
}

impl Mode {
    /// As the task says.
    pub const TRAIN: Self = Self {
        noise: true,
        pushes: true,
        randomise: true,
        commands: true,
        time_outs: true,
        stagger: true,
        sharing: true,
        start_strength: 1.0,
    };
    /// Given commands, no noise, no pushes; models are drawn.
    pub const EVALUATE: Self = Self {
        noise: false,
        pushes: false,
        randomise: true,
        commands: false,
        time_outs: false,
        stagger: false,
        sharing: false,
        start_strength: 0.25,
    };
    /// The robot as written, driven from outside.
    pub const PLAY: Self = Self { randomise: false, start_strength: 0.0, ..Self::EVALUATE };
}

/// One block of [`WIDTH`] environments.
pub struct Block {
    /// Physics.
    pub sim: Box<dyn Simulator>,
    /// Memory of the episodes.
    pub track: Trackers,
    /// Commanded vx m/s, vy m/s, yaw rate rad/s, base frame.
    pub command: [Wide; 3],
    /// Weighted sum of the rewards of the last tick.
    pub reward: Wide,
    /// One where the last tick ended in failure.
    pub terminated: Wide,
    /// One where the last tick ended because time was up.
    pub timed_out: Wide,
    /// Exploration; restarted with each episode.
    pub action_rng: LaneRng,
    /// What happened since it was last read.
    pub episodes: Episodes,
    /// Remembers more while somebody watches. Not part of snapshots.
    pub witness: Option<Box<Witness>>,
    /// What stopped being finite since it was last taken.
    pub troubles: Troubles,
    /// 1 where samples are learned from, 0 where a person drives.
    pub weight: Wide,
    /// What it is for.
    pub mode: Mode,
    pub(super) noise_rng: LaneRng,
    pub(super) event_rng: LaneRng,
    pub(super) seed: u64,
    /// Where each lane's episodes start on a plane, world (x, y), m: the origin, unless somebody looks. On other ground
    /// they start on their tiles.
    pub start_at: [[f32; 2]; WIDTH],
    /// Number of the environment in each lane.
    pub(super) envs: [usize; WIDTH],
    pub(super) episode: [u32; WIDTH],
    /// Joint targets of the last tick, rad.
    pub targets: Vec<Wide>,
    pub(super) wanted: [bool; WIDTH],
    /// Commands of lanes that a person drives.
    pub(super) held: [Option<[f32; 3]>; WIDTH],
    /// How commands are followed.
    pub follow: Follow,
    /// Between actions and robot, and between robot and observations.
    pub(super) wiring: Wiring,
    pub(super) sensing: Sensing,
    /// Control ticks so far.
    pub(super) age: u32,
    pub(super) places: Places,
    /// Heights at the plan's scan points, world z, m, and whether they are of this state.
    pub(super) scan: Vec<Wide>,
    pub(super) scanned: bool,
    /// Memory for the starts of episodes.
    start: StartState,
    /// What the actor's and the critic's memory hold, for policies that have one.
    pub memory: [Vec<Wide>; 2],
    /// What the actor was told before.
    pub(super) told: History,
    /// What the critic was told before, where it is told something else.
    pub(super) told_critic: History,
}

impl Block {
    /// A block whose lanes have begun their first episode.
    pub fn new(plan: &Plan, sim: Box<dyn Simulator>, seed: u64, first_env: usize, mode: Mode) -> Self {
        let zero = Wide::zero();
        let streams = |p| LaneRng::new(seed, first_env as u64, p);
        let mut block = Self {
            sim,
            track: Trackers::new(plan.num_actions(), plan.tracking.soles.len()),
            command: [zero; 3],
            reward: zero,
            terminated: zero,
            timed_out: zero,
            action_rng: streams(Purpose::Action),
            noise_rng: streams(Purpose::Noise),
            event_rng: streams(Purpose::Event),
            episodes: Episodes {
                terms: vec![0.0; plan.rewards.len()],
                terminations: vec![0.0; plan.terminations.len()],
                ..Episodes::default()
            }
            .with_tiles(
                plan.env.terrain.as_ref().map_or(0, |t| t.types().len()),
                plan.env.terrain.as_ref().map_or(0, |t| t.levels),
            ),
            witness: None,
            troubles: Troubles::default(),
            weight: Wide::splat(1.0),
            held: [None; WIDTH],
            seed,
            start_at: [[0.0; 2]; WIDTH],
            envs: std::array::from_fn(|lane| first_env + lane),
            episode: [0; WIDTH],
            targets: vec![zero; plan.num_actions()],
            wanted: [false; WIDTH],
            follow: Follow::new(),
            wiring: Wiring::new(plan, mode.randomise, seed, first_env as u64),
            sensing: Sensing::new(plan, mode.randomise),
            places: Places::new(plan, std::array::from_fn(|lane| seat(plan, &mode, first_env + lane))),
            mode,
            age: 0,
            scan: vec![zero; plan.scan.len()],
            scanned: false,
            start: StartState::default(),
            memory: [vec![], vec![]],
            told: History::new(&plan.observations),
            told_critic: History::new(&plan.critic_observations),
        };
        block.track.drawn = Drawn::new(plan.num_actions(), plan.wiring.num_biased());
        block.redraw_models(plan);
        for lane in 0..WIDTH {
            block.begin(plan, lane);
            if block.mode.stagger {
                let mut rng = Rng::stream(seed, block.env(lane), 0, Purpose::Event);
                let mut upto = |n: u32| (rng.uniform() * n as f32).floor();
                let longest = plan.episode_ticks.min(1_000_000);
                block.track.ticks.lanes_mut()[lane] = upto(longest);
                block.track.push_ticks.lanes_mut()[lane] = upto(plan.push_ticks);
            }
        }
        block
    }

    /// Puts other ground under the block; all lanes begin new episodes at the end of the tick.
    pub fn set_terrain(&mut self, plan: &Plan) {
        self.sim.set_terrain(plan.terrain.clone());
        self.places = Places::new(plan, self.envs.map(|env| seat(plan, &self.mode, env)));
        self.wanted = [true; WIDTH];
    }

    /// Makes room for memories with so many numbers; they are empty then. Nothing happens where they fit already.
    pub fn make_memory(&mut self, sizes: [usize; 2]) {
        for (memory, size) in self.memory.iter_mut().zip(sizes) {
            if memory.len() != size {
                *memory = vec![Wide::zero(); size];
            }
        }
    }

    /// Number of the environment in a lane.
    pub fn env(&self, lane: usize) -> u64 {
        self.envs[lane] as u64
    }

    /// Makes a lane another environment of the same run: its model is redrawn and an episode begins.
    pub fn become_env(&mut self, plan: &Plan, lane: usize, env: usize) {
        let level = start_level(plan, seat(plan, &self.mode, env));
        self.become_env_on(plan, lane, env, level);
    }
    pub(super) fn set_env(&mut self, lane: usize, env: usize) {
        self.envs[lane] = env;
    }

    /// Asks for a new episode at the end of this tick, without it counting as a failure.
    pub fn ask_reset(&mut self, lane: usize) {
        self.wanted[lane] = true;
    }

    /// Starts a lane's next episode: the one place where anything about an episode begins.
    pub(super) fn begin(&mut self, plan: &Plan, lane: usize) {
        self.episode[lane] += 1;
        let (env, episode) = (self.env(lane), self.episode[lane] as u64);
        let mut rng = Rng::stream(self.seed, env, episode, Purpose::Start);
        plan.env.events.start.draw(
            &plan.actions.nominal,
            self.mode.start_strength,
            &mut rng,
            &mut self.start,
        );
        let [aside_x, aside_y, height] = self.start.pos_w;
        let [x, y] = self.start_at[lane];
        self.start.pos_w = [x + aside_x, y + aside_y, height];
        let mut home = [0.0; 2];
        if let Some(terrain) = &plan.env.terrain {
            let ([x, y, ground], middle) = self.next_place(terrain, plan, lane, [aside_x, aside_y], &mut rng);
            self.start.pos_w = [x, y, height + ground];
            home = middle;
        }
        if plan.env.events.model.redraw == Redraw::Episode {
            self.draw_model(plan, lane);
        }
        self.sim.reset(lane, &self.start);
        self.track.clear(lane);
        for k in 0..2 {
            self.track.home[k].lanes_mut()[lane] = home[k];
            self.track.began[k].lanes_mut()[lane] = self.start.pos_w[k];
        }
        self.memory.iter_mut().flatten().for_each(|state| state.lanes_mut()[lane] = 0.0);
        self.told.clear(lane);
        self.told_critic.clear(lane);
        if plan.env.actions.gait.is_some() {
            // either leg may be the first to swing
            self.track.phase.lanes_mut()[lane] = if rng.uniform() < 0.5 { 0.0 } else { 0.5 };
        }
        self.action_rng.restart(lane, self.seed, env, episode, Purpose::Action);
        self.noise_rng.restart(lane, self.seed, env, episode, Purpose::Noise);
        self.event_rng.restart(lane, self.seed, env, episode, Purpose::Event);
        self.begin_channel(plan, lane);
        self.wanted[lane] = false;
        if let Some(w) = &mut self.witness {
            w.begin(lane);
        }
        self.scanned = false;
        if self.mode.commands {
            self.draw_heading(plan, lane, 0);
            self.draw_command(plan, lane, 0);
        }
    }

    /// Draws a lane's `count`-th command of the episode; a person's stays.
    pub(super) fn draw_command(&mut self, plan: &Plan, lane: usize, count: u64) {
        self.follow.end(lane, self.terminated.lanes()[lane] > 0.0, plan.command_ticks);
        if let Some(command) = self.held[lane] {
            return self.set_command(lane, command);
        }
        if self.track.follows.lanes()[lane] > 0.0 {
            // drawn with its heading
            return;
        }
        // commands of one episode are draws of streams of their own: resampling needs no memory
        let episode = self.episode[lane] as u64 | count << 32;
        let mut rng = Rng::stream(self.seed, self.env(lane), episode, Purpose::Command);
        let drawn = draw_command(&plan.env.commands, &mut rng);
        self.follow.begin(lane, plan.env.commands.cells.as_ref(), drawn);
        self.set_command(lane, drawn);
    }

    /// Seed of everything random in it.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Sets a lane's command: vx m/s, vy m/s, yaw rate rad/s.
    pub fn set_command(&mut self, lane: usize, command: [f32; 3]) {
        for (c, v) in self.command.iter_mut().zip(command) {
            c.lanes_mut()[lane] = v;
        }
    }

    /// Appends everything a restored block needs to go on bit for bit.
    pub fn snapshot(&self, out: &mut Vec<f32>) {
        self.sim.snapshot(out);
        self.track.snapshot(out);
        self.command.iter().for_each(|c| out.extend_from_slice(c.lanes()));
        let words = [&self.action_rng.0, &self.noise_rng.0, &self.event_rng.0, &self.episode];
        words.into_iter().flatten().for_each(|w| out.push(f32::from_bits(*w)));
        self.follow.snapshot(out);
        out.extend(self.wanted.map(|w| f32::from(u8::from(w))));
        out.push(f32::from_bits(self.age));
        self.places.snapshot(out);
        self.wiring.snapshot(out);
        self.sensing.snapshot(out);
        self.memory.iter().flatten().for_each(|state| out.extend_from_slice(state.lanes()));
        self.told.snapshot(out);
        self.told_critic.snapshot(out);
    }

    /// Takes over what `snapshot` wrote; returns how many numbers that was, `None` if there are too few.
    pub fn restore(&mut self, data: &[f32]) -> Option<usize> {
        let mut at = self.sim.restore(data)?;
        at += self.track.restore(data.get(at..)?)?;
        for c in &mut self.command {
            c.lanes_mut().copy_from_slice(data.get(at..at + WIDTH)?);
            at += WIDTH;
        }
        let words = [&mut self.action_rng.0, &mut self.noise_rng.0, &mut self.event_rng.0, &mut self.episode];
        for w in words.into_iter().flatten() {
            *w = data.get(at)?.to_bits();
            at += 1;
        }
        at += self.follow.restore(data.get(at..)?)?;
        for wanted in &mut self.wanted {
            *wanted = *data.get(at)? > 0.0;
            at += 1;
        }
        self.age = data.get(at)?.to_bits();
        at += 1;
        at += self.places.restore(data.get(at..)?)?;
        self.scanned = false;
        at += self.wiring.restore(data.get(at..)?)?;
        at += self.sensing.restore(data.get(at..)?)?;
        self.wiring.look(&self.track.drawn);
        self.sensing.look(&self.track.drawn);
        for state in self.memory.iter_mut().flatten() {
            state.lanes_mut().copy_from_slice(data.get(at..at + WIDTH)?);
            at += WIDTH;
        }
        at += self.told.restore(data.get(at..)?)?;
        at += self.told_critic.restore(data.get(at..)?)?;
        for lane in 0..WIDTH {
            if let Some(command) = self.held[lane] {
                self.set_command(lane, command);
            }
        }
        if let Some(w) = &mut self.witness {
            w.restart();
        }
        Some(at)
    }
}
