// A matt floor with a one-metre grid. Lines keep their width in metres until a pixel is wider than they are; from
// there on they fade instead of flickering, and far away they are gone. (After B. Golus, "The best darn grid
// shader", 2023.)
//
// Only the coarse view has the simplest shadows: that is how it is known here.
#import gaitlab::coarse::shade
#import bevy_pbr::{
    forward_io::{FragmentOutput, VertexOutput},
    mesh_view_bindings::view,
    pbr_fragment::pbr_input_from_standard_material,
    pbr_functions::{apply_pbr_lighting, main_pass_post_lighting_processing},
}

struct Grid {
    line: vec4<f32>,      // colour of the lines, linear
    width: f32,           // of a line, m
    fade_distance: f32,   // at which lines are all but gone, m
    major_every: f32,     // lines, one is stronger
    padding: f32,
}
@group(#{MATERIAL_BIND_GROUP}) @binding(100) var<uniform> grid: Grid;

fn lines(position: vec2<f32>, width: f32) -> f32 {
    let pixel = max(fwidth(position), vec2(1e-5));
    let drawn = clamp(vec2(width), pixel, vec2(0.5));
    let soft = pixel * 1.5;
    let off = 1.0 - abs(fract(position) * 2.0 - 1.0);
    var line = smoothstep(drawn + soft, drawn - soft, off);
    line *= clamp(vec2(width) / drawn, vec2(0.0), vec2(1.0));
    line = mix(line, vec2(width), clamp(pixel * 2.0 - 1.0, vec2(0.0), vec2(1.0)));
    return mix(line.x, 1.0, line.y);
}

@fragment
fn fragment(in: VertexOutput, @builtin(front_facing) is_front: bool) -> FragmentOutput {
    var pbr_input = pbr_input_from_standard_material(in, is_front);
    let place = in.world_position.xy;
    let distance = length(in.world_position.xyz - view.world_position);
    let fade = exp(-pow(distance / grid.fade_distance, 2.0) * 2.0);
    let minor = lines(place, grid.width);
    let major = lines(place / grid.major_every, 1.15 * grid.width / grid.major_every);
    let share = max(minor * 0.6, major) * fade * grid.line.a;
    // steps and slopes: each facet has its own light, and steep ones are darker
    var facet = normalize(cross(dpdx(in.world_position.xyz), dpdy(in.world_position.xyz)));
    // outwards: on vertical faces z does not say where that is
    facet *= select(-1.0, 1.0, dot(facet, pbr_input.N) >= 0.0);
    let steep = 1.0 - smoothstep(0.35, 0.95, facet.z);
    pbr_input.N = normalize(mix(pbr_input.N, facet, steep));
    pbr_input.material.base_color = vec4(pbr_input.material.base_color.rgb * (1.0 - 0.4 * steep), 1.0);
    pbr_input.material.base_color = mix(pbr_input.material.base_color, vec4(grid.line.rgb, 1.0), share);

    var out: FragmentOutput;
#ifdef SHADOW_FILTER_METHOD_HARDWARE_2X2
    out.color = shade(pbr_input);
#else
    out.color = apply_pbr_lighting(pbr_input);
    out.color = main_pass_post_lighting_processing(pbr_input, out.color);
#endif
    return out;
}
