//! How one environment's robot differs from the robot file, as simulators take it.

/// Factors are relative, offsets absolute.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelDraw {
    /// Coulomb friction coefficient of all contacts.
    pub friction: f32,
    /// Coefficient of restitution of all contacts with the ground: speed after over speed before.
    pub restitution: f32,
    /// Added to gravity, world, m/s².
    pub gravity_offset: [f32; 3],
    /// Added to the base's mass (its inertia scales with it), kg.
    pub base_mass_offset: f32,
    /// Added to the base's centre of mass, m.
    pub base_com_offset: [f32; 3],
    /// Factor on the mass and inertia of every other link.
    pub link_mass_factor: f32,
    /// Factor on proportional gains.
    pub kp_factor: f32,
    /// Factor on derivative gains.
    pub kd_factor: f32,
    /// Factor on actuator effort limits.
    pub effort_factor: f32,
    /// Added to the joints' armature, kg m².
    pub armature_offset: f32,
    /// Added to the joints' viscous damping, N m s/rad.
    pub damping_offset: f32,
    /// Added to the joints' dry friction, N m.
    pub dry_friction_offset: f32,
    /// What single joints have of their own, in joint order; joints beyond the list have nothing.
    pub joints: Vec<JointDraw>,
}

/// Of one joint, on top of what holds for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JointDraw {
    /// Factor on the mass and inertia of the link that it carries.
    pub mass_factor: f32,
    /// Factor on its proportional gain.
    pub kp_factor: f32,
    /// Factor on its derivative gain.
    pub kd_factor: f32,
}

impl Default for JointDraw {
    fn default() -> Self {
        Self { mass_factor: 1.0, kp_factor: 1.0, kd_factor: 1.0 }
    }
}

impl Default for ModelDraw {
    /// The robot as written, on ground of friction 1 that nothing bounces off.
    fn default() -> Self {
        Self {
            friction: 1.0,
            restitution: 0.0,
            gravity_offset: [0.0; 3],
            base_mass_offset: 0.0,
            base_com_offset: [0.0; 3],
            link_mass_factor: 1.0,
            kp_factor: 1.0,
            kd_factor: 1.0,
            effort_factor: 1.0,
            armature_offset: 0.0,
            damping_offset: 0.0,
            dry_friction_offset: 0.0,
            joints: vec![],
        }
    }
}

impl ModelDraw {
    /// Numbers that hold for the whole robot.
    const SHARED: usize = 16;

    /// A joint's own factors.
    pub fn joint(&self, joint: usize) -> JointDraw {
        self.joints.get(joint).copied().unwrap_or_default()
    }
    /// Factor on the mass of a link that is not the root: link `joint + 1`.
    pub fn mass_factor(&self, joint: usize) -> f32 {
        self.link_mass_factor * self.joint(joint).mass_factor
    }
    /// How many numbers [`Self::numbers`] gives.
    pub const fn width(joints: usize) -> usize {
        Self::SHARED + 3 * joints
    }
    /// As plain numbers, for a robot of so many joints.
    pub fn numbers(&self, joints: usize) -> Vec<f32> {
        let ([x, y, z], [gx, gy, gz]) = (self.base_com_offset, self.gravity_offset);
        let shared: [f32; Self::SHARED] = [
            self.friction,
            self.base_mass_offset,
            x,
            y,
            z,
            self.link_mass_factor,
            self.kp_factor,
            self.kd_factor,
            self.effort_factor,
            self.armature_offset,
            self.damping_offset,
            self.dry_friction_offset,
            self.restitution,
            gx,
            gy,
            gz,
        ];
        let own = (0..joints).map(|j| self.joint(j)).flat_map(|j| [j.mass_factor, j.kp_factor, j.kd_factor]);
        shared.into_iter().chain(own).collect()
    }
    /// The draw of which these are the numbers; `None` if there are too few.
    pub fn from_numbers(numbers: &[f32]) -> Option<Self> {
        let (n, own) = numbers.split_first_chunk::<{ Self::SHARED }>()?;
        Some(Self {
            friction: n[0],
            base_mass_offset: n[1],
            base_com_offset: [n[2], n[3], n[4]],
            link_mass_factor: n[5],
            kp_factor: n[6],
            kd_factor: n[7],
            effort_factor: n[8],
            armature_offset: n[9],
            damping_offset: n[10],
            dry_friction_offset: n[11],
            restitution: n[12],
            gravity_offset: [n[13], n[14], n[15]],
            joints: own
                .as_chunks::<3>()
                .0
                .iter()
                .map(|[mass_factor, kp_factor, kd_factor]| JointDraw {
                    mass_factor: *mass_factor,
                    kp_factor: *kp_factor,
                    kd_factor: *kd_factor,
                })
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_the_same_after_it_was_numbers() {
        let own = JointDraw { mass_factor: 1.2, kp_factor: 0.9, kd_factor: 1.1 };
        let draw = ModelDraw {
            restitution: 0.3,
            gravity_offset: [0.1, 0.2, 0.3],
            base_com_offset: [0.01, 0.02, 0.03],
            damping_offset: 0.4,
            joints: vec![own, JointDraw::default()],
            ..ModelDraw::default()
        };
        let numbers = draw.numbers(2);
        assert_eq!(numbers.len(), ModelDraw::width(2));
        assert_eq!(ModelDraw::from_numbers(&numbers), Some(draw.clone()));
        assert_eq!((draw.mass_factor(0), draw.mass_factor(7)), (1.2, 1.0));
        assert_eq!(ModelDraw::from_numbers(&numbers[..9]), None);
    }
}
