//! What terms see of one block at one tick.
use super::Trackers;
use crate::lane::{Lane, M3, V3, Wide};
use crate::robot::StateView;
use crate::terrain::EdgeGrid;

/// A block of environments after a physics step: the simulator's state and what most terms need of it.
pub struct TickView<'a> {
    /// State in the world frame.
    pub state: StateView<'a>,
    /// Velocity of the base origin in the base frame, m/s.
    pub lin_vel_b: V3<Wide>,
    /// Angular velocity in the base frame, rad/s.
    pub ang_vel_b: V3<Wide>,
    /// Direction of gravity in the base frame; (0, 0, -1) when upright.
    pub gravity_b: V3<Wide>,
    /// Commanded velocity in the base frame: vx m/s, vy m/s, yaw rate rad/s.
    pub command: [Wide; 3],
    /// One where the command asks to move, zero where it asks to stand.
    pub moving: Wide,
    /// Memory of the episode.
    pub track: &'a Trackers,
    /// Heights of the ground at the plan's scan points, world z, m; empty where nobody asked for them.
    pub scan: &'a [Wide],
    /// Distances to the nearest edge of the ground, where a term asked for them.
    pub edges: Option<&'a EdgeGrid>,
}

impl<'a> TickView<'a> {
    /// Derives body-frame quantities from the state.
    #[inline]
    pub fn new(state: StateView<'a>, command: [Wide; 3], track: &'a Trackers) -> Self {
        let r = M3::from_quat(&state.base_quat);
        let to_base = |v: V3<Wide>| V3::new(r.c[0].dot(v), r.c[1].dot(v), r.c[2].dot(v));
        Self {
            lin_vel_b: to_base(state.base_lin_vel_w),
            ang_vel_b: to_base(state.base_ang_vel_w),
            gravity_b: V3::new(-r.c[0].z, -r.c[1].z, -r.c[2].z),
            moving: super::is_moving(command),
            command,
            track,
            state,
            scan: &[],
            edges: None,
        }
    }
    /// The same, with what is known of the ground: heights at the plan's scan points, and edges.
    #[inline]
    pub fn with_ground(self, scan: &'a [Wide], edges: Option<&'a EdgeGrid>) -> Self {
        Self { scan, edges, ..self }
    }
    /// Distance of each foot from the nearest edge of the ground, m, at most [`EdgeGrid::CAP`].
    pub fn edge_distance(&self, foot: usize) -> Wide {
        let Some(edges) = self.edges else { return Wide::splat(EdgeGrid::CAP) };
        let at = self.state.foot_pos_w[foot];
        Wide::from_fn(|lane| edges.distance(at.x.lanes()[lane], at.y.lanes()[lane]))
    }
    /// Height of the base above the ground, which is taken as the mean height under the feet, m.
    #[inline(always)]
    pub fn base_height(&self) -> Wide {
        let feet = self.state.foot_ground_w;
        let sum = feet.iter().fold(Wide::zero(), |sum, ground| sum + *ground);
        self.state.base_pos_w.z - sum * Wide::splat(1.0 / feet.len().max(1) as f32)
    }
    /// Parts of a world vector along the heading, to its left and upwards.
    #[inline(always)]
    pub fn to_heading(&self, v: V3<Wide>) -> V3<Wide> {
        let [hx, hy] = self.heading();
        V3::new(v.x * hx + v.y * hy, v.y * hx - v.x * hy, v.z)
    }
    /// Horizontal unit vector along which the base faces, world (x, y).
    #[inline(always)]
    pub fn heading(&self) -> [Wide; 2] {
        let forward = M3::from_quat(&self.state.base_quat).c[0];
        let norm = (forward.x.sq() + forward.y.sq()).max(Wide::splat(1e-6)).rsqrt();
        [forward.x * norm, forward.y * norm]
    }
    /// Velocity of the base relative to its lowest foot, forwards and to the left, m/s.
    #[inline(always)]
    pub fn leg_odometry(&self) -> [Wide; 2] {
        let (feet, speeds) = (self.state.foot_pos_w, self.state.foot_vel_w);
        let Some((mut lowest, mut speed)) = feet.first().map(|f| f.z).zip(speeds.first().copied()) else {
            return [Wide::zero(); 2];
        };
        for (foot, v) in feet.iter().zip(speeds).skip(1) {
            let lower = foot.z.lt(lowest);
            lowest = foot.z.min(lowest);
            speed = V3::new(
                Wide::select(lower, v.x, speed.x),
                Wide::select(lower, v.y, speed.y),
                Wide::select(lower, v.z, speed.z),
            );
        }
        let relative = self.to_heading(self.state.base_lin_vel_w - speed);
        [relative.x, relative.y]
    }
    /// One where the collision point carries load.
    #[inline(always)]
    pub fn touches(&self, point: usize) -> Wide {
        // the side of a box pushes across the surface's normal
        let [n, t1, t2] = self.state.contact_force[point];
        Wide::one_if(Wide::zero().lt(n.mul_add(n, t1.mul_add(t1, t2 * t2))))
    }
}
