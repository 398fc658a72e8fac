// Lighting for a processor that draws: matt surfaces under one sun with its shadows and a sky of three bands, without
// highlights. Less than half the work of the standard material, and as bright.
#define_import_path gaitlab::coarse
#import bevy_core_pipeline::tonemapping::tone_mapping
#import bevy_pbr::{
    mesh_view_bindings::{fog, light_probes, lights, view},
    pbr_types::PbrInput,
    shadows::fetch_directional_shadow,
}

// The sky of `camera::lens`, linear.
const ZENITH = vec3(0.477, 0.604, 0.828);
const HORIZON = vec3(0.214, 0.274, 0.367);
const GROUND = vec3(0.033, 0.036, 0.043);
const PI = 3.14159265;

// Light, air and tone of a surface.
fn shade(in: PbrInput) -> vec4<f32> {
    let sun = &lights.directional_lights[0];
    let facing = max(dot(in.N, (*sun).direction_to_light), 0.0);
    var lit = 1.0;
    if (facing > 0.0) {
        let depth = dot(
            vec4(view.view_from_world[0].z, view.view_from_world[1].z, view.view_from_world[2].z, view.view_from_world[3].z),
            in.world_position,
        );
        lit = fetch_directional_shadow(0u, in.world_position, in.world_normal, depth, in.frag_coord.xy);
    }
    let up = in.N.z * in.N.z;
    let sky = mix(HORIZON, select(GROUND, ZENITH, in.N.z > 0.0), up) * light_probes.intensity_for_view;
    let base = in.material.base_color.rgb;
    let emissive = in.material.emissive.rgb * mix(1.0, view.exposure, in.material.emissive.a);
    var color = base * ((*sun).color.rgb * (facing * lit / PI) + sky) * view.exposure + emissive;
    let thickness = distance(in.world_position.xyz, view.world_position) * fog.be.x;
    color = mix(fog.base_color.rgb, color, exp(-thickness * thickness));
    return tone_mapping(vec4(color, in.material.base_color.a), view.color_grading);
}
